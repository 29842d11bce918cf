/** The runs of a document: who asked for which cell, which runtime has it, and how it ended. */
import type * as Y from "yjs";
import {
  META_HOST,
  ROOT_META,
  ROOT_RUNS,
  ROOT_RUNTIMES,
  ROOT_STOPS,
  type Run,
  type Runtime,
} from "../contracts/generated.ts";
import { isJsonObject } from "./json.ts";
import { ORIGIN } from "./origin.ts";

export interface RunEntry {
  readonly id: string;
  readonly run: Run;
}

export interface Asker {
  /** Who shall run it. */
  runtimeId: string;
  userId: string;
  /** Seconds since 1970. */
  now: number;
}

/** The most telling run of a cell comes first: the one that goes on, else the one that waits, else the newest. */
const RANK = { running: 0, queued: 1, finished: 2, cancelled: 2, lost: 2 } as const;

/** So much later is each run of one asking, so that all peers see one order. */
export const STEP_SECONDS = 1e-6;

export class Runs {
  readonly #doc: Y.Doc;
  readonly #runs: Y.Map<unknown>;
  readonly #stops: Y.Map<unknown>;
  readonly #runtimes: Y.Map<unknown>;
  readonly #meta: Y.Map<unknown>;
  /** What is read often, until a run changes. */
  #known: { entries: RunEntry[]; byCell: Map<string, RunEntry>; queues: Map<string, RunEntry[]> } | null =
    null;

  constructor(doc: Y.Doc) {
    this.#doc = doc;
    this.#runs = doc.getMap(ROOT_RUNS);
    this.#stops = doc.getMap(ROOT_STOPS);
    this.#runtimes = doc.getMap(ROOT_RUNTIMES);
    this.#meta = doc.getMap(ROOT_META);
    this.#runs.observe(() => {
      this.#known = null;
    });
  }

  /** The id of the runtime that runs this notebook; it may have left. */
  get host(): string | null {
    const host = this.#meta.get(META_HOST);
    return typeof host === "string" ? host : null;
  }

  set host(runtimeId: string) {
    this.#write(() => this.#meta.set(META_HOST, runtimeId));
  }

  /** A runtime that ran something here. */
  runtime(id: string): Runtime | undefined {
    const runtime = this.#runtimes.get(id);
    return isJsonObject(runtime) ? (runtime as unknown as Runtime) : undefined;
  }

  /** Makes a runtime known, and forgets those that no run names any more. */
  announce(runtime: Runtime): void {
    if (this.#runtimes.has(runtime.id)) return;
    const named = new Set(this.entries().map(({ run }) => run.runtime_id));
    this.#write(() => {
      for (const id of this.#runtimes.keys()) if (!named.has(id)) this.#runtimes.delete(id);
      this.#runtimes.set(runtime.id, runtime);
    });
  }

  /** undefined when there is none, or a peer wrote something that is none. */
  get(id: string): Run | undefined {
    return asRun(this.#runs.get(id));
  }

  entries(): readonly RunEntry[] {
    return this.#read().entries;
  }

  /** The run that says how a cell stands. */
  ofCell(cellId: string): RunEntry | undefined {
    return this.#read().byCell.get(cellId);
  }

  /** What waits for `runtimeId`, in the order in which it was asked for. */
  queuedFor(runtimeId: string): readonly RunEntry[] {
    return this.#read().queues.get(runtimeId) ?? [];
  }

  /** Asks a runtime to run these cells in this order; returns the new runs' ids. */
  ask(cellIds: readonly string[], { runtimeId, userId, now }: Asker): string[] {
    return this.#write(() =>
      cellIds.map((cell_id, index) => {
        const id = newRunId();
        const asked_at = now + index * STEP_SECONDS;
        this.put(id, { cell_id, runtime_id: runtimeId, asked_by: userId, asked_at, state: "queued" });
        return id;
      }),
    );
  }

  put(id: string, run: Run): void {
    this.#write(() => {
      this.#runs.set(id, run);
      if (isEnded(run)) this.#stops.delete(id);
    });
    this.#known = null;
  }

  /** Forgets runs, with what was asked of them. */
  delete(ids: readonly string[]): void {
    if (ids.length === 0) return;
    this.#write(() => {
      for (const id of ids) {
        this.#runs.delete(id);
        this.#stops.delete(id);
      }
    });
    this.#known = null;
  }

  /** Asks whoever has these runs to end them. */
  stop(ids: readonly string[], userId: string): void {
    if (ids.length === 0) return;
    this.#write(() => {
      for (const id of ids) this.#stops.set(id, userId);
    });
  }

  isStopAsked(id: string): boolean {
    return this.#stops.has(id);
  }

  /** Marks runs as lost: their runtime has left. */
  lose(entries: readonly RunEntry[]): void {
    this.#write(() => {
      for (const { id, run } of entries) this.put(id, { ...run, state: "lost" });
    });
  }

  /** What waits or runs. */
  unfinished(): RunEntry[] {
    return this.entries().filter(({ run }) => !isEnded(run));
  }

  /** Calls `listener` with the cells whose runs changed, and when host or stops did, until `signal` aborts. */
  observe(listener: (cellIds: ReadonlySet<string>) => void, signal: AbortSignal): void {
    const onRuns = (event: Y.YMapEvent<unknown>): void => {
      const cells = new Set<string>();
      for (const [id, { oldValue }] of event.changes.keys) {
        for (const run of [asRun(oldValue), this.get(id)]) if (run !== undefined) cells.add(run.cell_id);
      }
      listener(cells);
    };
    const onOther = (event: Y.YMapEvent<unknown>): void => {
      if (event.target === this.#stops || event.keysChanged.has(META_HOST)) listener(new Set());
    };
    this.#runs.observe(onRuns);
    this.#stops.observe(onOther);
    this.#meta.observe(onOther);
    signal.addEventListener("abort", () => {
      this.#runs.unobserve(onRuns);
      this.#stops.unobserve(onOther);
      this.#meta.unobserve(onOther);
    });
  }

  /** One change for all that `act` does; undo does not reach it. */
  transact<Result>(act: () => Result): Result {
    return this.#write(act);
  }

  #read() {
    if (this.#known !== null) return this.#known;
    const entries = [...this.#runs.keys()].flatMap((id) => {
      const run = this.get(id);
      return run === undefined ? [] : { id, run };
    });
    entries.sort((a, b) => a.run.asked_at - b.run.asked_at || (a.id < b.id ? -1 : 1));
    const byCell = new Map<string, RunEntry>();
    for (const entry of entries) {
      const known = byCell.get(entry.run.cell_id);
      if (known === undefined || RANK[entry.run.state] <= RANK[known.run.state])
        byCell.set(entry.run.cell_id, entry);
    }
    const waiting = entries.filter(({ run }) => run.state === "queued");
    this.#known = { entries, byCell, queues: Map.groupBy(waiting, ({ run }) => run.runtime_id) };
    return this.#known;
  }

  #write<Result>(act: () => Result): Result {
    return this.#doc.transact(act, ORIGIN.run);
  }
}

function asRun(value: unknown): Run | undefined {
  const isRun =
    isJsonObject(value) &&
    typeof value["cell_id"] === "string" &&
    typeof value["runtime_id"] === "string" &&
    typeof value["asked_at"] === "number" &&
    Object.hasOwn(RANK, String(value["state"]));
  return isRun ? (value as unknown as Run) : undefined;
}

export function isEnded({ state }: Run): boolean {
  return RANK[state] === RANK.finished;
}

/** 66 random bits in 11 characters: every run leaves its id in the history of the document. */
function newRunId(): string {
  const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-";
  return Array.from(crypto.getRandomValues(new Uint8Array(11)), (byte) => letters[byte & 63]).join("");
}

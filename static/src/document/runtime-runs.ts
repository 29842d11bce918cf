/** What one runtime does with the runs addressed to it: each is started at most once, and by nobody else. */
import type { Run } from "../contracts/generated.ts";
import { isEnded, type RunEntry, type Runs, STEP_SECONDS } from "./runs.ts";

export type FinishStatus = NonNullable<Run["status"]>;

export class RuntimeRuns {
  readonly id: string;
  readonly #runs: Runs;
  /**
   * The runs that wait, in the order in which this runtime heard of them. One that is not in the document now may
   * be on its way: a deletion can come before what is written in its place.
   */
  #queue: string[] = [];
  /** Every run that was ever taken in: whatever a late peer writes, none is taken in again. */
  readonly #heard = new Set<string>();
  /** How runs ended here, as long as the document has them. */
  readonly #ended = new Map<string, Run>();
  #running: RunEntry | null = null;

  constructor(runs: Runs, id: string) {
    this.#runs = runs;
    this.id = id;
  }

  get running(): RunEntry | null {
    return this.#running;
  }

  get hasQueued(): boolean {
    return this.#waiting().length > 0;
  }

  /** Takes in what changed in the document; whoever took this runtime for gone is put right. */
  follow(): void {
    for (const { id, run } of this.#runs.entries()) {
      if (run.runtime_id !== this.id || this.#heard.has(id) || !this.#isWanted(id, run)) continue;
      this.#heard.add(id);
      this.#queue.push(id);
    }
    for (const { id, run } of this.#waiting()) this.#assert(id, { ...run, state: "queued" });
    if (this.#running !== null) this.#assert(this.#running.id, this.#running.run);
    for (const [id, run] of this.#ended) this.#assert(id, run);
    this.cancel(this.#queue.filter((id) => this.#runs.isStopAsked(id)));
  }

  /** Starts the next run; null when none waits or one is running. */
  take(now: number): RunEntry | null {
    if (this.#running !== null) return null;
    const [next] = this.#waiting();
    if (next === undefined) return null;
    this.#queue = this.#queue.filter((id) => id !== next.id);
    this.#running = { id: next.id, run: { ...next.run, state: "running", started_at: now } };
    this.#runs.put(next.id, this.#running.run);
    return this.#running;
  }

  /** The prompt that the running cell waits with; null when it goes on. */
  asks(prompt: string | null): void {
    if (this.#running === null) return;
    const { asks: _, ...run } = this.#running.run;
    this.#running = { id: this.#running.id, run: prompt === null ? run : { ...run, asks: prompt } };
    this.#runs.put(this.#running.id, this.#running.run);
  }

  /** Ends the running run. An error takes what its asker has waiting along, a stop everything. */
  finish(status: FinishStatus, now: number, durationSeconds?: number): void {
    if (this.#running === null) throw new Error(`cannot finish a run as ${status}: none is running`);
    const { id, run } = this.#running;
    const { asks: _, ...ended } = run;
    const duration_seconds = durationSeconds ?? now - (run.started_at ?? now);
    this.#running = null;
    this.#runs.transact(() => {
      this.#end(id, { ...ended, state: "finished", status, duration_seconds });
      if (status === "interrupted") this.cancel();
      if (status === "error") this.cancel(this.#queue.filter((each) => this.#askerOf(each) === run.asked_by));
    });
  }

  /** Says of the running run that its end will never be known: this runtime leaves. */
  lose(): void {
    if (this.#running === null) return;
    this.#runs.lose([this.#running]);
    this.#running = null;
  }

  /** Gives up what waits; without ids, all of it. */
  cancel(ids: readonly string[] = this.#queue): void {
    if (ids.length === 0) return;
    this.#queue = this.#queue.filter((id) => !ids.includes(id));
    this.#runs.transact(() => {
      for (const id of ids) {
        const run = this.#runs.get(id);
        if (run !== undefined) this.#end(id, { ...run, state: "cancelled" });
      }
    });
  }

  /** Gives what waits to another runtime, as new runs: the old ones can no longer start anywhere. */
  handOver(runtimeId: string): void {
    const entries = this.#waiting();
    this.#queue = [];
    this.#runs.transact(() => {
      this.#runs.delete(entries.map(({ id }) => id));
      for (const { run } of entries)
        this.#runs.ask([run.cell_id], { runtimeId, userId: run.asked_by, now: run.asked_at + STEP_SECONDS });
    });
  }

  /** Forgets how its earlier runs ended, as after a restart. */
  forget(): void {
    const ended = this.#runs
      .entries()
      .filter(({ id, run }) => run.runtime_id === this.id && this.#hasEnded(id, run));
    this.#runs.delete(ended.map(({ id }) => id));
  }

  /** Of each cell the newest ended run is kept. */
  #end(id: string, run: Run): void {
    const older = this.#runs
      .entries()
      .filter((entry) => entry.run.cell_id === run.cell_id && entry.id !== id && isEnded(entry.run));
    this.#runs.delete(older.map((entry) => entry.id));
    this.#runs.put(id, run);
    this.#ended.set(id, run);
  }

  #hasEnded(id: string, run: Run): boolean {
    return isEnded(run) && !this.#queue.includes(id) && this.#running?.id !== id;
  }

  #waiting(): RunEntry[] {
    return this.#queue.flatMap((id) => {
      const run = this.#runs.get(id);
      return run === undefined ? [] : { id, run };
    });
  }

  #askerOf(id: string): string | undefined {
    return this.#runs.get(id)?.asked_by;
  }

  /** A run that was marked as lost before this runtime heard of it is wanted until its cell is asked for anew. */
  #isWanted(id: string, { state, cell_id }: Run): boolean {
    return state === "queued" || (state === "lost" && this.#runs.ofCell(cell_id)?.id === id);
  }

  /** Only this runtime knows how its runs stand. */
  #assert(id: string, run: Run): void {
    const written = this.#runs.get(id);
    if (written === undefined) this.#ended.delete(id);
    else if (written.state !== run.state) this.#runs.put(id, run);
  }
}

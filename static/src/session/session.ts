/** One open notebook at work: its cells run here or where the document's host is, and what a person must know is told. */
import type { CodeInspected, Completion, Runtime } from "../contracts/generated.ts";
import type { NotebookDocument } from "../document/notebook.ts";
import { runtimesOf } from "../document/presence.ts";
import { Runs } from "../document/runs.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { CellRunner } from "./cell-runner.ts";
import type { StorageError } from "./database.ts";
import { KernelPreparation } from "./kernel-preparation.ts";
import { LostRuns } from "./lost-runs.ts";
import type { NetworkAsk } from "./network-gate.ts";
import type { NotebookBlobs } from "./notebook-blobs.ts";
import type { Notice } from "./notice.ts";
import { RunHost } from "./run-host.ts";
import { MAY_NOT_HOST, MAY_NOT_RUN, NO_HOST, type RunRights } from "./run-rights.ts";
import { type CellRunState, runStateOf } from "./run-state.ts";
import type { PendingInput, SaveState, SessionEvents, SessionParts } from "./session-parts.ts";

export type { Notice } from "./notice.ts";
export type { CellRunState } from "./run-state.ts";
export type * from "./session-parts.ts";

export class NotebookSession extends EventTarget {
  readonly notebook: NotebookDocument;
  readonly kernel: Kernel;
  /** What the person may do with runs, where not everybody may all of it. */
  rights: RunRights = { mayAsk: () => true, mayHost: () => true };
  readonly #parts: SessionParts;
  readonly #life = new AbortController();
  readonly #now: () => number;
  readonly #runs: Runs;
  readonly #runner: CellRunner;
  readonly #host: RunHost;
  readonly #preparation: KernelPreparation;

  /** Nothing runs before it is asked to: opening a notebook is safe. */
  constructor(parts: SessionParts) {
    super();
    this.notebook = parts.notebook;
    this.kernel = parts.kernel;
    this.#parts = parts;
    this.#now = parts.now ?? (() => Date.now() / 1000);
    const { notebook, kernel, presence, runtime, save, files, network, schedule } = parts;
    const { signal } = this.#life;
    const tell = (notice: Notice) => this.#tell(notice);
    this.#preparation = new KernelPreparation(notebook, kernel, files, tell, signal);
    this.#runner = new CellRunner({
      notebook,
      kernel,
      preparation: this.#preparation,
      tell: (name, detail) => {
        if (name === "input") this.#host.asks((detail as PendingInput | null)?.prompt ?? null);
        this.#emit(name, detail);
      },
      schedule,
      blobs: parts.blobs,
    });
    this.#runs = new Runs(notebook.doc);
    this.#host = new RunHost({
      notebook,
      runs: this.#runs,
      runner: this.#runner,
      runtime,
      isThere: (id) => this.#isThere(id),
      onStop: () => void this.#stopHere(),
      now: this.#now,
    });
    const lost = new LostRuns(this.#runs, presence, runtime.id);
    this.#runs.observe((cellIds) => {
      void this.#host.follow();
      if (this.rights.mayAsk()) lost.follow();
      this.#emitRuns(cellIds);
    }, signal);
    notebook.author = presence.user.id;
    presence.tell({ runtime });
    presence.addEventListener("change", () => this.#followPresence(lost), { signal });
    presence.settled.then(() => this.#followPresence(lost));
    kernel.onState((state) => {
      if (state.kind === "failed")
        this.#tell({ level: "error", message: state.error.message, hint: state.error.hint ?? "" });
      this.#emit("kernel", null);
    }, signal);
    notebook.observe((change) => change.structure && this.#host.forgetDeleted(), signal);
    save.addEventListener("save", () => this.#emit("save", this.saveState), { signal });
    files.addEventListener("failed", this.#tellFailedFile, { signal });
    network.addEventListener("change", () => this.#emit("network", this.networkRequests), { signal });
  }

  /** Stops listening and ends the kernel. */
  close(): void {
    this.#abandon();
    this.#host.end();
    this.#life.abort();
    this.#parts.presence.tell({ runtime: null });
    this.kernel.shutdown();
  }

  /** Where the large values of outputs are. */
  get blobs(): NotebookBlobs {
    return this.#parts.blobs;
  }

  get saveState(): SaveState {
    return this.#parts.save.saveState;
  }

  get saveFailure(): Notice | null {
    return this.#parts.save.saveFailure;
  }

  /** The cells that wait, here or at another runtime. */
  get queue(): readonly string[] {
    return this.#cellsThatAre("queued");
  }

  /** The cell that runs now: here, or at another runtime. */
  get running(): string | null {
    return this.#host.running ?? this.#cellsThatAre("running")[0] ?? null;
  }

  /** The runtime that runs this notebook when it is another's and there; null when cells run here. */
  get hostElsewhere(): Runtime | null {
    const { host } = this.#runs;
    if (host === null || this.#host.isHost) return null;
    return runtimesOf(this.#parts.presence).find(({ id }) => id === host) ?? null;
  }

  get pendingInput(): PendingInput | null {
    return this.#runner.pendingInput;
  }

  get networkRequests(): readonly NetworkAsk[] {
    return this.#parts.network.asks;
  }

  stateOf(cellId: string): CellRunState {
    const entry = this.#runs.ofCell(cellId);
    if (entry === undefined) return { kind: "idle" };
    return runStateOf(entry, this.#runs.queuedFor(entry.run.runtime_id), (id) => this.#isThere(id));
  }

  /** Whether this page's kernel made what the cell shows. */
  didRunHere(cellId: string): boolean {
    return this.#runner.didRun(cellId);
  }

  /** Queues the code cells among `cellIds`; resolves when nothing is left to run. */
  async runCells(cellIds: readonly string[]): Promise<void> {
    if (!this.rights.mayAsk()) return this.#tell(MAY_NOT_RUN);
    const { presence, runtime } = this.#parts;
    const { host } = this.#runs;
    const mayBeElsewhere = host !== null && !this.#isThere(host) && !presence.isComplete;
    if (mayBeElsewhere) await presence.settled;
    if (this.#life.signal.aborted) return;
    const runtimeId = this.hostElsewhere?.id ?? runtime.id;
    if (runtimeId === runtime.id && !this.rights.mayHost()) return this.#tell(NO_HOST);
    const waiting = new Set(this.#runs.queuedFor(runtimeId).map(({ run }) => run.cell_id));
    const asked = new Set(
      cellIds.filter((id) => this.notebook.cell(id)?.type === "code" && !waiting.has(id)),
    );
    const asker = { runtimeId, userId: presence.user.id, now: this.#now() };
    if (runtimeId !== runtime.id) return this.#ended(this.#runs.ask([...asked], asker));
    // One change for asking and starting: a kernel that is up has the cell before anybody hears of it.
    await this.#runs.transact(() => {
      this.#host.becomeHost();
      this.#runs.ask([...asked], asker);
      return this.#host.follow();
    });
  }

  runAll(): Promise<void> {
    return this.runCells(this.#ids());
  }

  /** Runs the cells above this one, without it. */
  runAbove(cellId: string): Promise<void> {
    return this.runCells(this.#ids().slice(0, Math.max(0, this.notebook.indexOf(cellId))));
  }

  /** Runs this cell and those below it. */
  runBelow(cellId: string): Promise<void> {
    const index = this.notebook.indexOf(cellId);
    return index < 0 ? Promise.resolve() : this.runCells(this.#ids().slice(index));
  }

  /** From now on cells run in this page's kernel; who had it before hands over what it has not started. */
  runHere(): void {
    if (this.rights.mayHost()) this.#host.becomeHost();
    else this.#tell(MAY_NOT_HOST);
  }

  /** Ends the running cell and drops what waits, wherever that is. */
  async stop(): Promise<void> {
    const { presence, runtime } = this.#parts;
    const elsewhere = this.#runs.unfinished().filter(({ run }) => run.runtime_id !== runtime.id);
    this.#runs.stop(
      elsewhere.map(({ id }) => id),
      presence.user.id,
    );
    if (this.hostElsewhere === null || this.#host.running !== null) await this.#stopHere();
  }

  /** Ends the kernel and starts a fresh one; outputs stay. */
  async restart(): Promise<void> {
    this.#abandon();
    this.#preparation.begin();
    // At once: a cell that is run while the kernel starts is not of the past.
    this.#forgetRuns();
    await this.kernel.restart();
  }

  async restartAndRunAll(): Promise<void> {
    await this.restart();
    await this.runAll();
  }

  /** null cancels: the cell sees an interrupted input. */
  answerInput(value: string | null): void {
    this.#runner.answerInput(value);
  }

  allowHost(host: string, howLong: "once" | "always"): void {
    this.#parts.network.allow(host, howLong);
  }

  denyHost(host: string): void {
    this.#parts.network.deny(host);
  }

  complete(source: string, cursor: number): Promise<Completion[]> {
    return this.kernel.complete(source, cursor);
  }

  inspect(source: string, cursor: number, detailLevel?: number): Promise<CodeInspected> {
    return this.kernel.inspect(source, cursor, detailLevel);
  }

  /** `listener` gets the event's detail, typed; ends with `signal` or with the session. */
  on<Name extends keyof SessionEvents>(
    name: Name,
    listener: (detail: SessionEvents[Name]) => void,
    signal?: AbortSignal,
  ): void {
    const heard = (event: Event): void => listener((event as CustomEvent<SessionEvents[Name]>).detail);
    this.addEventListener(name, heard, {
      signal: AbortSignal.any([this.#life.signal, ...(signal ? [signal] : [])]),
    });
  }

  async #stopHere(): Promise<void> {
    this.#abandon();
    if ((await this.kernel.interrupt()) === "restarted") {
      this.#forgetRuns();
      this.#tell({
        level: "warning",
        message: "The cell could not be stopped in place, so the kernel was restarted.",
        hint: "Variables and what this cell wrote to files are gone; cells, outputs and other files are kept. Run the cells you need again.",
      });
    }
  }

  /** Resolves when none of these runs waits or runs any more. */
  #ended(ids: readonly string[]): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const life = new AbortController();
    const look = () => {
      if (this.#runs.unfinished().some(({ id }) => ids.includes(id))) return;
      life.abort();
      resolve();
    };
    this.#runs.observe(look, AbortSignal.any([life.signal, this.#life.signal]));
    look();
    return promise;
  }

  #followPresence(lost: LostRuns): void {
    if (this.#life.signal.aborted) return;
    this.notebook.author = this.#parts.presence.user.id;
    if (this.rights.mayAsk()) lost.follow();
    void this.#host.follow();
    this.#emitRuns(new Set(this.#runs.entries().map(({ run }) => run.cell_id)));
  }

  /** Drops what waits for a turn, an answer or a permission. */
  #abandon(): void {
    this.#host.cancelQueued();
    this.#parts.network.withdraw();
    this.#runner.abandon();
  }

  #forgetRuns(): void {
    this.#runner.forgetDisplays();
    this.#host.forget();
  }

  #isThere(runtimeId: string): boolean {
    const { presence, runtime } = this.#parts;
    return runtimeId === runtime.id || runtimesOf(presence).some(({ id }) => id === runtimeId);
  }

  #cellsThatAre(state: "queued" | "running"): string[] {
    return this.#runs.entries().flatMap(({ run }) => (run.state === state ? run.cell_id : []));
  }

  #ids(): string[] {
    return this.notebook.cells().map((cell) => cell.id);
  }

  readonly #tellFailedFile = (event: Event): void => {
    this.#tell((event as CustomEvent<StorageError>).detail.notice);
  };

  #tell(notice: Notice): void {
    this.#emit("notice", notice);
  }

  /** With the cells that wait, whose places in the queue may have changed. */
  #emitRuns(cellIds: ReadonlySet<string>): void {
    this.#emit("run", { cellIds: [...cellIds, ...this.queue] });
  }

  #emit<Name extends keyof SessionEvents>(name: Name, detail: SessionEvents[Name]): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

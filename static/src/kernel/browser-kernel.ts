/** A kernel in this browser: one worker's life at a time, and what the page asks of it. */
import type {
  AddedPackage,
  Capability,
  CodeInspected,
  Completion,
  Environment,
  ErrorBody,
  KernelReady,
  KernelSettings,
  PageToWorker,
  RunCell,
  RunEvent,
  RunFinished,
} from "../contracts/generated.ts";
import type { HttpMessage, HttpSource } from "./http-source.ts";
import {
  type CommEvent,
  type InterruptOutcome,
  type Kernel,
  KernelEnded,
  KernelError,
  type KernelState,
} from "./kernel.ts";
import { asErrorBody, diedBecause, diedError } from "./kernel-errors.ts";
import { KernelLife, type KernelMessage, type LifeParts, type LifePlan } from "./kernel-life.ts";
import { KernelRequests } from "./kernel-requests.ts";
import { Listeners } from "./listeners.ts";
import { LoadedSource } from "./loaded-source.ts";
import { OutstandingRuns } from "./outstanding-runs.ts";
import type { QueryMessage, QuerySource } from "./query-source.ts";
import type { SpareKernel } from "./spare-kernel.ts";

export interface BrowserKernelOptions extends LifeParts {
  /** Which environment the next start takes; null for the default. */
  environmentName: () => string | null;
  /** What the notebook pins beside it. */
  packages?: () => readonly string[];
  settings: () => KernelSettings;
  /** Where a worker with Python prepared may be had, and is wished for when this kernel rests. */
  spare?: Pick<SpareKernel, "want" | "wait" | "take">;
  /** Called for the first request of each life, and likewise for the first query. */
  openHttp: () => Promise<HttpSource>;
  openQueries: () => Promise<QuerySource>;
  onFileChanged(path: string, body: Uint8Array | null): void;
  /** How long Stop may take before the worker is ended instead. */
  interruptPatienceMilliseconds?: number;
}

const PATIENCE_MILLISECONDS = 2000;

export class BrowserKernel implements Kernel {
  state: KernelState = { kind: "off" };
  capabilities: readonly Capability[] = [];
  note = "";
  /** Whether the kernel that is ready came from a snapshot. */
  restored = false;
  timings: Readonly<Record<string, number>> = {};
  /** Messages that did not fit the contract or answered nothing; user code can post such. */
  droppedMessages = 0;

  private readonly options: BrowserKernelOptions;
  private readonly states = new Listeners<KernelState>();
  private readonly comms = new Listeners<CommEvent>();
  private readonly runs = new OutstandingRuns();
  private readonly requests = new KernelRequests((message) => this.post(message));
  private life: KernelLife | null = null;
  private readiness = Promise.withResolvers<void>();
  private readonly http: LoadedSource<HttpMessage>;
  private readonly queries: LoadedSource<QueryMessage>;

  constructor(options: BrowserKernelOptions) {
    this.options = options;
    this.http = new LoadedSource(options.openHttp);
    this.queries = new LoadedSource(options.openQueries);
  }

  onState(listener: (state: KernelState) => void, signal?: AbortSignal): void {
    this.states.add(listener, signal);
  }

  onComm(listener: (event: CommEvent) => void, signal?: AbortSignal): void {
    this.comms.add(listener, signal);
  }

  start(): Promise<void> {
    if (this.life) return this.readiness.promise;
    this.readiness = Promise.withResolvers();
    // Whoever asked for the start hears of its failure; nobody else has to.
    this.readiness.promise.catch(() => undefined);
    const plan = this.plan();
    const spare = this.options.spare?.take(plan);
    if (spare) this.live(spare, (error) => this.replace(plan, error));
    else this.live(new KernelLife(this.options, plan), (error) => this.fail(error));
    return this.readiness.promise;
  }

  async restart(): Promise<void> {
    this.end(new KernelEnded(diedBecause("The kernel was restarted.")));
    this.runs.finishAll("interrupted");
    await this.start();
  }

  shutdown(): void {
    this.end(new KernelEnded(diedBecause("The kernel was shut down.")));
    this.runs.finishAll("interrupted");
    this.become({ kind: "off" });
  }

  async run(request: Omit<RunCell, "kind">, onEvent: (event: RunEvent) => void): Promise<RunFinished> {
    const finished = this.runs.add(request.run_id, request.cell_id, onEvent);
    try {
      if (!this.isUp) await this.start();
    } catch (cause) {
      const { message } = asErrorBody(cause);
      if (this.runs.has(request.run_id)) this.runs.finishAll("error", diedError(message));
      return finished;
    }
    // A restart meanwhile has finished the run already.
    if (this.runs.has(request.run_id)) this.post({ kind: "run_cell", ...request });
    return finished;
  }

  async interrupt(): Promise<InterruptOutcome> {
    const run = this.runs.first;
    if (run === undefined) return "nothing_running";
    const life = this.life;
    life?.interrupt();
    if (await this.finishes(run)) return "interrupted";
    if (life === this.life) await this.restart();
    return "restarted";
  }

  answerInput(inputId: string, value: string | null): void {
    this.life?.post({ kind: "answer_input", input_id: inputId, value });
  }

  async complete(source: string, cursor: number): Promise<Completion[]> {
    return this.isUp ? this.requests.complete(source, cursor) : [];
  }

  async inspect(source: string, cursor: number, detailLevel = 0): Promise<CodeInspected> {
    if (this.isUp) return this.requests.inspect(source, cursor, detailLevel);
    return { kind: "code_inspected", request_id: "", data: {} };
  }

  async readFile(path: string): Promise<Uint8Array> {
    await this.start();
    return this.requests.readFile(path);
  }

  async writeFile(path: string, body: Uint8Array): Promise<void> {
    await this.start();
    return this.requests.writeFile(path, body);
  }

  async removeFile(path: string): Promise<void> {
    await this.start();
    return this.requests.removeFile(path);
  }

  async addedPackages(): Promise<AddedPackage[]> {
    await this.start();
    return this.requests.addedPackages();
  }

  get environment(): Environment | null {
    return this.life?.environment ?? null;
  }

  sendComm(event: CommEvent): void {
    this.life?.post(event);
  }

  private get isUp(): boolean {
    return this.state.kind === "idle" || this.state.kind === "busy";
  }

  private plan(): LifePlan {
    const { environmentName, packages, settings } = this.options;
    return { environmentName: environmentName(), packages: packages?.() ?? [], settings: settings() };
  }

  /** Make the worker this kernel's own. */
  private live(life: KernelLife, onFailedStart: (error: ErrorBody) => void): void {
    this.life = life;
    let isReady = false;
    life.start(
      {
        onProgress: (progress) => this.become({ kind: "starting", progress }),
        onReady: (message) => {
          isReady = true;
          this.ready(message);
        },
        onMessage: (message) => this.act(life, message),
        onDropped: (reason) => this.drop(reason),
        onFailed: (error) => (isReady ? this.fail(error) : onFailedStart(error)),
      },
      this.options.settings(),
    );
  }

  /** A spare that does not become a kernel costs time, nothing else. */
  private replace(plan: LifePlan, error: ErrorBody): void {
    console.warn(`The spare kernel did not start: ${error.message}`);
    this.live(new KernelLife(this.options, plan), (failure) => this.fail(failure));
  }

  /** Throws KernelError when no worker is there to hear it. */
  private post(message: PageToWorker): void {
    if (!this.life)
      throw new KernelError({ ...diedBecause("The kernel is not running."), hint: "Start it again." });
    this.life.post(message);
  }

  private act(life: KernelLife, message: KernelMessage): void {
    switch (message.kind) {
      case "code_completed":
      case "code_inspected":
      case "file_read":
      case "packages_listed":
      case "request_done":
      case "request_failed":
        if (!this.requests.settle(message)) this.drop(`${message.kind} that answers nothing`);
        break;
      case "fetch_http":
      case "read_http":
      case "close_http":
        void this.answer(life, this.http.answer(message));
        break;
      case "open_query":
      case "read_query":
      case "close_query":
        void this.answer(life, this.queries.answer(message));
        break;
      case "file_changed":
        this.options.onFileChanged(message.path, message.body);
        break;
      case "comm_open":
      case "comm_msg":
      case "comm_close":
        this.comms.emit(message);
        break;
      case "snapshot_saved":
        this.drop("snapshot_saved of a kernel");
        break;
      default:
        this.runEvent(message);
    }
  }

  private runEvent(event: RunEvent): void {
    // The state first: who hears of the last event may look at it.
    if (this.runs.has(event.run_id)) {
      if (event.kind === "run_started") this.become({ kind: "busy", runId: event.run_id });
      if (event.kind === "run_finished" && this.state.kind === "busy") this.become({ kind: "idle" });
    }
    if (!this.runs.dispatch(event)) this.drop(`${event.kind} of no run`);
  }

  private ready(message: KernelReady): void {
    this.capabilities = message.capabilities;
    this.note = message.note ?? "";
    this.restored = message.restored;
    this.timings = message.timings ?? {};
    this.become({ kind: "idle" });
    this.readiness.resolve();
  }

  private async answer(life: KernelLife, answering: Promise<PageToWorker | null>): Promise<void> {
    const answer = await answering;
    if (answer) life.post(answer);
  }

  private fail(error: ErrorBody): void {
    // First of all: `end` rejects with less to say.
    this.readiness.reject(new KernelError(error));
    this.end(new KernelError(diedBecause(error.message)));
    this.become({ kind: "failed", error });
    this.runs.finishAll("error", diedError(error.message));
  }

  /** Nothing that belongs to an earlier life may touch a later one. */
  private end(error: KernelError): void {
    const life = this.life;
    this.life = null;
    if (!life) return;
    life.end(error.message);
    this.readiness.reject(error);
    this.requests.rejectAll(error);
    this.http.end();
    this.queries.end();
    this.capabilities = [];
  }

  private finishes(runId: string): Promise<boolean> {
    const patience = this.options.interruptPatienceMilliseconds ?? PATIENCE_MILLISECONDS;
    const done = this.runs.finished(runId).then(() => true);
    const { promise: late, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), patience);
    return Promise.race([done, late]).finally(() => clearTimeout(timer));
  }

  private become(state: KernelState): void {
    this.state = state;
    if (state.kind === "idle") this.options.spare?.want(this.options, this.plan());
    else this.options.spare?.wait();
    this.states.emit(state);
  }

  private drop(reason: string): void {
    if (this.droppedMessages++ < 10) console.warn(`A message of the kernel was dropped: ${reason}`);
  }
}

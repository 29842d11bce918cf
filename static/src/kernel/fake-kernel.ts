/** A Kernel without Python, for tests and for working on the page: each run follows a script. */
import type {
  AddedPackage,
  Capability,
  CodeInspected,
  Completion,
  Environment,
  RunCell,
  RunEvent,
  RunFinished,
} from "../contracts/generated.ts";
import {
  type CommEvent,
  type InterruptOutcome,
  type Kernel,
  KernelError,
  type KernelState,
} from "./kernel.ts";
import { Listeners } from "./listeners.ts";
import { OutstandingRuns } from "./outstanding-runs.ts";

/** What a run does: emits events, may wait for input, and returns its status. */
export type RunScript = (run: ScriptedRun) => Promise<RunFinished["status"]>;

export interface ScriptedRun {
  readonly source: string;
  /** Aborts when Stop is pressed. */
  readonly stopped: AbortSignal;
  print(text: string, name?: "stdout" | "stderr"): void;
  emit(event: EventOfRun): void;
  /** Asks for a line; null when cancelled. */
  input(prompt: string, password?: boolean): Promise<string | null>;
}

/** An event without the id of its run. */
export type EventOfRun = RunEvent extends infer Event
  ? Event extends RunEvent
    ? Omit<Event, "run_id">
    : never
  : never;

export interface FakeKernelOptions {
  script?: RunScript;
  completions?: Completion[];
  capabilities?: Capability[];
  /** Awaited by every start; a rejection makes the start fail. */
  whenStarted?: () => Promise<void>;
}

/** Echoes the source, as if every cell printed itself. */
const ECHO: RunScript = async (run) => {
  run.print(`${run.source}\n`);
  return "ok";
};

export class FakeKernel implements Kernel {
  state: KernelState = { kind: "off" };
  capabilities: readonly Capability[] = [];
  readonly note = "";
  readonly timings = {};
  environment: Environment | null = null;
  /** What `addedPackages` answers. */
  added: AddedPackage[] = [];
  /** The working folder. */
  readonly files = new Map<string, Uint8Array>();
  readonly sentComms: CommEvent[] = [];
  private readonly options: FakeKernelOptions;
  private readonly states = new Listeners<KernelState>();
  private readonly comms = new Listeners<CommEvent>();
  private readonly runs = new OutstandingRuns();
  private readonly inputs = new Map<string, (value: string | null) => void>();
  private starting: Promise<void> | null = null;
  private queue: Promise<void> = Promise.resolve();
  private stop = new AbortController();
  private executionCount = 0;

  constructor(options: FakeKernelOptions = {}) {
    this.options = options;
  }

  onState(listener: (state: KernelState) => void, signal?: AbortSignal): void {
    this.states.add(listener, signal);
  }

  onComm(listener: (event: CommEvent) => void, signal?: AbortSignal): void {
    this.comms.add(listener, signal);
  }

  start(): Promise<void> {
    this.starting ??= this.launch();
    return this.starting;
  }

  async restart(): Promise<void> {
    this.shutdown();
    await this.start();
  }

  shutdown(): void {
    this.stop.abort();
    this.starting = null;
    this.executionCount = 0;
    this.runs.finishAll("interrupted");
    this.become({ kind: "off" });
  }

  async run(request: Omit<RunCell, "kind">, onEvent: (event: RunEvent) => void): Promise<RunFinished> {
    const finished = this.runs.add(request.run_id, request.cell_id, onEvent);
    await this.start();
    this.queue = this.queue.then(() => this.perform(request));
    return finished;
  }

  async interrupt(): Promise<InterruptOutcome> {
    if (this.runs.first === undefined) return "nothing_running";
    const run = this.runs.first;
    this.stop.abort();
    await this.runs.finished(run);
    return "interrupted";
  }

  answerInput(inputId: string, value: string | null): void {
    this.inputs.get(inputId)?.(value);
    this.inputs.delete(inputId);
  }

  async complete(): Promise<Completion[]> {
    return this.options.completions ?? [];
  }

  async inspect(): Promise<CodeInspected> {
    return { kind: "code_inspected", request_id: "", data: {} };
  }

  async readFile(path: string): Promise<Uint8Array> {
    const body = this.files.get(path);
    if (body) return body;
    throw new KernelError({ code: "not_found", message: `${path} does not exist.`, hint: "" });
  }

  async writeFile(path: string, body: Uint8Array): Promise<void> {
    this.files.set(path, body);
  }

  async removeFile(path: string): Promise<void> {
    this.files.delete(path);
  }

  async addedPackages(): Promise<AddedPackage[]> {
    return this.added;
  }

  sendComm(event: CommEvent): void {
    this.sentComms.push(event);
  }

  /** As if Python had sent it. */
  receiveComm(event: CommEvent): void {
    this.comms.emit(event);
  }

  private async launch(): Promise<void> {
    this.become({
      kind: "starting",
      progress: { step: "python", detail: "", doneBytes: 0, totalBytes: null },
    });
    try {
      await this.options.whenStarted?.();
    } catch (cause) {
      this.starting = null;
      const error =
        cause instanceof KernelError
          ? cause
          : new KernelError({ code: "kernel_start_failed", message: String(cause), hint: "" });
      this.become({ kind: "failed", error: error.body });
      throw error;
    }
    this.capabilities = this.options.capabilities ?? [];
    this.become({ kind: "idle" });
  }

  private async perform({ run_id, source }: Omit<RunCell, "kind">): Promise<void> {
    if (!this.runs.has(run_id)) return;
    this.stop = new AbortController();
    const stopped = this.stop.signal;
    const execution_count = ++this.executionCount;
    const startedAt = performance.now();
    const emit = (event: EventOfRun): void => void this.runs.dispatch({ ...event, run_id } as RunEvent);
    this.become({ kind: "busy", runId: run_id });
    emit({ kind: "run_started", execution_count });
    const script = (this.options.script ?? ECHO)({
      source,
      stopped,
      emit,
      print: (text, name = "stdout") => emit({ kind: "stream", name, text }),
      input: (prompt, password = false) => this.input(run_id, prompt, password, emit),
    });
    const status = await Promise.race([script, aborted(stopped)]);
    if (!this.runs.has(run_id)) return;
    this.become({ kind: "idle" });
    const duration_seconds = (performance.now() - startedAt) / 1000;
    emit({ kind: "run_finished", status, execution_count, duration_seconds, payload: [] });
  }

  private input(runId: string, prompt: string, password: boolean, emit: (event: EventOfRun) => void) {
    const input_id = `${runId}/input-${this.inputs.size}`;
    return new Promise<string | null>((resolve) => {
      this.inputs.set(input_id, resolve);
      emit({ kind: "input_requested", input_id, prompt, password });
    });
  }

  private become(state: KernelState): void {
    this.state = state;
    this.states.emit(state);
  }
}

function aborted(signal: AbortSignal): Promise<"interrupted"> {
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve("interrupted"), { once: true }),
  );
}

/** A kernel for tests: its cells do what a program says for their source. */
import type { RunCell, RunEvent, RunFinished } from "../contracts/generated.ts";
import type { Kernel, KernelState } from "../kernel/kernel.ts";
import type { SaveStatus } from "./session-parts.ts";

export type Emit = (event: RunEvent) => void;
export type Program = (emit: Emit, runId: string) => Promise<Partial<RunFinished>> | Partial<RunFinished>;

/** A kernel whose cells do what `programs` says for their source; a source of its own prints itself. */
export class ScriptedKernel
  implements
    Pick<
      Kernel,
      | "state"
      | "onState"
      | "start"
      | "restart"
      | "run"
      | "interrupt"
      | "answerInput"
      | "shutdown"
      | "writeFile"
    >
{
  state: KernelState = { kind: "off" };
  readonly ran: string[] = [];
  readonly answers: (string | null)[] = [];
  starts = 0;
  interruptOutcome: "interrupted" | "restarted" = "interrupted";
  #listeners: ((state: KernelState) => void)[] = [];
  #stop: (() => void) | null = null;
  readonly programs: Record<string, Program>;
  constructor(programs: Record<string, Program> = {}) {
    this.programs = programs;
  }
  onState(listener: (state: KernelState) => void): void {
    this.#listeners.push(listener);
  }
  become(state: KernelState): void {
    this.state = state;
    for (const listener of this.#listeners) listener(state);
  }
  async start(): Promise<void> {
    if (this.state.kind === "idle") return;
    this.starts++;
    this.become({ kind: "idle" });
  }
  async restart(): Promise<void> {
    this.#stop?.();
    this.become({ kind: "off" });
    await this.start();
  }
  shutdown(): void {
    this.become({ kind: "off" });
  }
  async writeFile(): Promise<void> {}
  async run(request: Omit<RunCell, "kind">, emit: Emit): Promise<RunFinished> {
    this.ran.push(request.source);
    const run_id = request.run_id;
    const execution_count = this.ran.length;
    emit({ kind: "run_started", run_id, execution_count });
    const print: Program = () => {
      emit({ kind: "stream", run_id, name: "stdout", text: request.source });
      return {};
    };
    const stopped = new Promise<Partial<RunFinished>>((resolve) => {
      this.#stop = () => resolve({ status: "interrupted" });
    });
    const result = await Promise.race([(this.programs[request.source] ?? print)(emit, run_id), stopped]);
    return { kind: "run_finished", run_id, status: "ok", execution_count, duration_seconds: 0.5, ...result };
  }
  async interrupt(): Promise<"interrupted" | "restarted"> {
    this.#stop?.();
    return this.interruptOutcome;
  }
  answerInput(_: string, value: string | null): void {
    this.answers.push(value);
  }
}

export class Saved extends EventTarget implements SaveStatus {
  readonly saveState = "saved";
  readonly saveFailure = null;
}

/** This page's kernel as a runtime of the document: it runs what is addressed to it, one after the other. */
import type { Runtime } from "../contracts/generated.ts";
import type { NotebookDocument } from "../document/notebook.ts";
import type { Runs } from "../document/runs.ts";
import { RuntimeRuns } from "../document/runtime-runs.ts";
import type { CellRunner } from "./cell-runner.ts";

export interface RunHostParts {
  notebook: NotebookDocument;
  runs: Runs;
  runner: CellRunner;
  runtime: Runtime;
  /** Whether a runtime can be given work: it is there. */
  isThere(runtimeId: string): boolean;
  /** The running cell shall end: somebody asked for it in the document. */
  onStop(): void;
  /** Seconds since 1970. */
  now(): number;
}

export class RunHost {
  readonly #parts: RunHostParts;
  readonly #own: RuntimeRuns;
  #isWorking = false;
  #done: Promise<void> = Promise.resolve();
  #stopping: string | null = null;

  constructor(parts: RunHostParts) {
    this.#parts = parts;
    this.#own = new RuntimeRuns(parts.runs, parts.runtime.id);
  }

  /** The cell that runs here now. */
  get running(): string | null {
    return this.#own.running?.run.cell_id ?? null;
  }

  get isHost(): boolean {
    return this.#parts.runs.host === this.#parts.runtime.id;
  }

  /** Makes this page's kernel the one that runs the notebook. */
  becomeHost(): void {
    if (!this.isHost) this.#parts.runs.transact(() => this.#announce());
  }

  /** Takes in what the document asks, and goes to work; resolves when nothing is left to run. */
  follow(): Promise<void> {
    const { runs, isThere, onStop } = this.#parts;
    this.#own.follow();
    const { host } = runs;
    if (host !== null && !this.isHost && this.#own.hasQueued && isThere(host)) this.#own.handOver(host);
    const running = this.#own.running?.id ?? null;
    if (running !== null && running !== this.#stopping && runs.isStopAsked(running)) {
      this.#stopping = running;
      onStop();
    }
    if (!this.#isWorking && this.#own.hasQueued) this.#done = this.#work();
    return this.#done;
  }

  /** Gives up what waits here. */
  cancelQueued(): void {
    this.#own.cancel();
  }

  /** The prompt that the running cell waits with, for all to see. */
  asks(prompt: string | null): void {
    this.#own.asks(prompt);
  }

  /** Forgets how earlier runs ended, as after a restart. */
  forget(): void {
    this.#own.forget();
  }

  /** Its page is being closed: nothing of what waits or runs here will go on. */
  end(): void {
    this.#own.cancel();
    this.#own.lose();
  }

  /** Forgets the runs of cells that are gone. */
  forgetDeleted(): void {
    const { notebook, runs, runtime } = this.#parts;
    const gone = runs
      .entries()
      .filter(({ run }) => run.runtime_id === runtime.id && run.state !== "running")
      .filter(({ run }) => notebook.cell(run.cell_id) === undefined);
    if (gone.length > 0) runs.delete(gone.map(({ id }) => id));
  }

  #announce(): void {
    const { runs, runtime } = this.#parts;
    runs.announce(runtime);
    runs.host = runtime.id;
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    try {
      while (await this.#runNext());
    } finally {
      this.#isWorking = false;
    }
  }

  async #runNext(): Promise<boolean> {
    const { notebook, runner, now } = this.#parts;
    const taken = this.#own.take(now());
    if (taken === null) return false;
    const cell = notebook.cell(taken.run.cell_id);
    const { status, durationSeconds, isKernelLost } =
      cell === undefined ? ({ status: "ok" } as const) : await runner.run(cell);
    // The page may have been closed meanwhile.
    if (this.#own.running?.id !== taken.id) return true;
    if (isKernelLost) this.#own.cancel();
    this.#own.finish(status, now(), durationSeconds);
    this.forgetDeleted();
    return true;
  }
}

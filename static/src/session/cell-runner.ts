/** Runs one cell in this page's kernel: its events become outputs, its questions are asked. */
import type { RunEvent, RunFinished } from "../contracts/generated.ts";
import { sourceToRun } from "../document/magics.ts";
import { type Cell, type NotebookDocument, ORIGIN } from "../document/notebook.ts";
import type { FinishStatus } from "../document/runtime-runs.ts";
import { type Kernel, KernelError } from "../kernel/kernel.ts";
import type { KernelPreparation } from "./kernel-preparation.ts";
import { packageNotice } from "./package-notice.ts";
import { takePayload } from "./payload.ts";
import { type BlobKeeper, type DisplayTable, nextFrame, RunOutputs, type Schedule } from "./run-outputs.ts";
import type { PendingInput, SessionEvents } from "./session-parts.ts";

/** A quick rerun replaces its old outputs without a flicker; in a longer one they would mislead. */
const OLD_OUTPUTS_MILLISECONDS = 150;

/** `isKernelLost`: the kernel could not run it, so what waits cannot run either. */
export interface CellRun {
  status: FinishStatus;
  durationSeconds?: number;
  isKernelLost?: boolean;
}

type Tell = <Name extends "input" | "installed" | "notice">(name: Name, detail: SessionEvents[Name]) => void;

export interface CellRunnerParts {
  notebook: NotebookDocument;
  kernel: Kernel;
  preparation: KernelPreparation;
  tell: Tell;
  schedule?: Schedule | undefined;
  blobs: BlobKeeper;
}

export class CellRunner {
  readonly #parts: CellRunnerParts;
  readonly #displays: DisplayTable = new Map();
  readonly #ran = new Set<string>();
  #outputs: RunOutputs | null = null;
  #pendingInput: PendingInput | null = null;
  #stopAsked = false;

  constructor(parts: CellRunnerParts) {
    this.#parts = parts;
  }

  get pendingInput(): PendingInput | null {
    return this.#pendingInput;
  }

  /** Whether what this cell shows was made here, not by a file or another's kernel. */
  didRun(cellId: string): boolean {
    return this.#ran.has(cellId);
  }

  async run(cell: Cell): Promise<CellRun> {
    const { notebook, kernel, preparation, schedule, blobs } = this.#parts;
    const outputs = new RunOutputs(notebook, cell.id, this.#displays, schedule ?? nextFrame, blobs);
    const clearsOld = setTimeout(() => outputs.clearOld(), OLD_OUTPUTS_MILLISECONDS);
    this.#outputs = outputs;
    this.#stopAsked = false;
    this.#ran.add(cell.id);
    notebook.transact(() => cell.setExecutionCount(null), ORIGIN.run);
    try {
      if (cell.source.trim() === "") return { status: "ok", durationSeconds: 0 };
      // A kernel that is up gets the cell in this very turn, before the page draws anything.
      if (!preparation.isDone) {
        await preparation.run(cell.id);
        if (this.#stopAsked) return { status: "interrupted" };
      }
      const { status, duration_seconds } = await this.#runInKernel(cell, outputs);
      return { status, durationSeconds: duration_seconds };
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      // A failed state was told when it came.
      const isNews = kernel.state.kind !== "failed" && !this.#stopAsked;
      const { message, hint = "" } = error.body;
      if (isNews) this.#parts.tell("notice", { level: "error", message, hint, cellId: cell.id });
      return { status: "error", isKernelLost: true };
    } finally {
      clearTimeout(clearsOld);
      outputs.flush(true);
      this.#outputs = null;
      if (this.#pendingInput?.cellId === cell.id) this.#setInput(null);
    }
  }

  /** The running cell shall not go on to its next step; nobody answers it any more. */
  abandon(): void {
    this.#stopAsked = true;
    this.#setInput(null);
  }

  /** After a restart nothing is shown under a name any more. */
  forgetDisplays(): void {
    this.#displays.clear();
  }

  answerInput(value: string | null): void {
    const input = this.#pendingInput;
    if (input === null) return;
    this.#setInput(null);
    const shown = input.password ? "·".repeat(8) : (value ?? "");
    this.#outputs?.take({ kind: "stream", run_id: "", name: "stdout", text: `${input.prompt}${shown}\n` });
    this.#parts.kernel.answerInput(input.inputId, value);
  }

  async #runInKernel(cell: Cell, outputs: RunOutputs): Promise<RunFinished> {
    const { notebook, kernel } = this.#parts;
    const request = { run_id: crypto.randomUUID(), cell_id: cell.id, source: sourceToRun(cell) };
    const finished = await kernel.run(request, (event) => this.#take(event, cell.id, outputs));
    outputs.flush();
    if (outputs.settled) await outputs.settled;
    outputs.flush(true);
    takePayload(notebook, cell.id, finished.payload ?? []);
    return finished;
  }

  #take(event: RunEvent, cellId: string, outputs: RunOutputs): void {
    const { tell } = this.#parts;
    outputs.take(event);
    if (event.kind === "input_requested") {
      const { input_id: inputId, prompt, password } = event;
      this.#setInput({ cellId, inputId, prompt, password });
    }
    if (event.kind !== "package_progress") return;
    tell("notice", { ...packageNotice(event), cellId });
    if (event.state === "installed" && event.detail) tell("installed", event.detail);
  }

  #setInput(input: PendingInput | null): void {
    if (this.#pendingInput === input) return;
    this.#pendingInput = input;
    this.#parts.tell("input", input);
  }
}

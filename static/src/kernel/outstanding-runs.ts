/** The runs that were handed to a kernel and have not finished; sees to it that each finishes exactly once. */
import type { RunError, RunEvent, RunFinished } from "../contracts/generated.ts";

/** What a task that outlives its run may still send. */
const LATE: readonly RunEvent["kind"][] = [
  "stream",
  "display_data",
  "update_display_data",
  "clear_output",
  "error",
];

interface OutstandingRun {
  cellId: string;
  onEvent: (event: RunEvent) => void;
  finished: PromiseWithResolvers<RunFinished>;
  executionCount: number;
  startedAt: number;
}

export class OutstandingRuns {
  private readonly runs = new Map<string, OutstandingRun>();
  /** By cell, its last run that is over: a task it left behind may still print. */
  private readonly over = new Map<string, { runId: string; onEvent: (event: RunEvent) => void }>();

  get size(): number {
    return this.runs.size;
  }

  /** The run that the kernel works on: the one handed over first. */
  get first(): string | undefined {
    return this.runs.keys().next().value;
  }

  has(runId: string): boolean {
    return this.runs.has(runId);
  }

  /** Resolves with the run's last event. */
  add(runId: string, cellId: string, onEvent: (event: RunEvent) => void): Promise<RunFinished> {
    if (this.runs.has(runId)) throw new Error(`run ${runId} is under way already`);
    const finished = Promise.withResolvers<RunFinished>();
    this.over.delete(cellId);
    this.runs.set(runId, { cellId, onEvent, finished, executionCount: 0, startedAt: performance.now() });
    return finished.promise;
  }

  /** Resolves when the run is over, at once when there is none. */
  async finished(runId: string): Promise<void> {
    await this.runs.get(runId)?.finished.promise;
  }

  /** Pass an event on to its run; false when there is no such run (any more). */
  dispatch(event: RunEvent): boolean {
    const run = this.runs.get(event.run_id);
    if (!run) return this.dispatchLate(event);
    if (event.kind === "run_started") {
      run.executionCount = event.execution_count;
      run.startedAt = performance.now();
    }
    if (event.kind === "run_finished") {
      this.runs.delete(event.run_id);
      this.over.set(run.cellId, { runId: event.run_id, onEvent: run.onEvent });
    }
    run.onEvent(event);
    if (event.kind === "run_finished") run.finished.resolve(event);
    return true;
  }

  /** The worker is gone: finish every run in its place. */
  finishAll(status: "interrupted" | "error", error?: Omit<RunError, "kind" | "run_id">): void {
    for (const [run_id, run] of [...this.runs]) {
      if (error) this.dispatch({ kind: "error", run_id, ...error });
      const duration_seconds = (performance.now() - run.startedAt) / 1000;
      this.dispatch({
        kind: "run_finished",
        run_id,
        status,
        execution_count: run.executionCount,
        duration_seconds,
        payload: [],
      });
    }
    this.over.clear();
  }

  private dispatchLate(event: RunEvent): boolean {
    if (!LATE.includes(event.kind)) return false;
    const run = [...this.over.values()].find(({ runId }) => runId === event.run_id);
    run?.onEvent(event);
    return run !== undefined;
  }
}

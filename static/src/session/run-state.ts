/** Where a cell stands between being asked to run and having run, as the document's runs say it. */
import type { Run } from "../contracts/generated.ts";
import type { RunEntry } from "../document/runs.ts";
import type { FinishStatus } from "../document/runtime-runs.ts";

export type CellRunState =
  | { kind: "idle" }
  | { kind: "queued"; position: number }
  /** `asks`: the prompt of an input() that waits for an answer where the kernel is. */
  | { kind: "running"; startedAt: number; asks: string | null }
  | { kind: "finished"; status: FinishStatus; durationSeconds: number }
  /** It was queued and never ran: a cell before it failed, a person stopped the run, or the kernel ended. */
  | { kind: "cancelled" }
  /** Its runtime left before the run ended. */
  | { kind: "lost" };

const IDLE: CellRunState = { kind: "idle" };

/** `queue` is what waits for the run's runtime; how a run ended says nothing once its kernel is gone. */
export function runStateOf(
  { id, run }: RunEntry,
  queue: readonly RunEntry[],
  isThere: (runtimeId: string) => boolean,
): CellRunState {
  switch (run.state) {
    case "queued":
      return { kind: "queued", position: queue.findIndex((entry) => entry.id === id) };
    case "running":
      return { kind: "running", startedAt: run.started_at ?? run.asked_at, asks: run.asks ?? null };
    case "lost":
      return { kind: "lost" };
    default:
      return isThere(run.runtime_id) ? endedState(run) : IDLE;
  }
}

function endedState({ state, status, duration_seconds }: Run): CellRunState {
  if (state === "cancelled") return { kind: "cancelled" };
  return { kind: "finished", status: status ?? "ok", durationSeconds: duration_seconds ?? 0 };
}

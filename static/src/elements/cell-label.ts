/** What a screen reader says of a cell, and the short words of its run state. */
import type { CellType } from "../document/notebook.ts";
import type { CellRunState } from "../session/session.ts";
import { readableDuration } from "./duration.ts";

const TYPE_WORDS: Record<CellType, string> = {
  code: "Code cell",
  markdown: "Markdown cell",
  raw: "Raw cell",
};

export interface CellFacts {
  type: CellType;
  /** From 1. */
  position: number;
  total: number;
  executionCount: number | null;
  hasError: boolean;
  state: CellRunState;
}

/** "Code cell 3 of 10, executed". */
export function cellLabel({ type, position, total, executionCount, hasError, state }: CellFacts): string {
  const place = `${TYPE_WORDS[type]} ${position} of ${total}`;
  if (type !== "code") return place;
  return `${place}, ${stateWords(state, executionCount, hasError)}`;
}

export function stateWords(state: CellRunState, executionCount: number | null, hasError: boolean): string {
  switch (state.kind) {
    case "queued":
      return `waiting, number ${state.position + 1} in the queue`;
    case "running":
      return state.asks === null ? "running" : "waiting for an answer";
    case "finished": {
      const words = { ok: "executed", error: "failed", interrupted: "stopped" }[state.status];
      return `${words} in ${readableDuration(state.durationSeconds)}`;
    }
    case "cancelled":
      return "stopped before it began";
    case "lost":
      return "lost, its runtime has left";
    case "idle":
      if (hasError) return "failed";
      return executionCount === null ? "not executed" : "executed";
  }
}

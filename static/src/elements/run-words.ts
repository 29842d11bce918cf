/** What a screen reader hears of runs: that one began or ended and how, never its outputs. */
import type { CellRunState } from "../session/session.ts";
import type { NotebookController } from "./notebook-controller.ts";

export class RunWords {
  words = "";
  #isBusy = false;

  /** `cellIds`: whose runs have changed. */
  follow({ session, order }: NotebookController, cellIds: readonly string[]): void {
    const { running, queue } = session;
    const wasBusy = this.#isBusy;
    this.#isBusy = running !== null || queue.length > 0;
    if (running) this.words = `Running cell ${order.indexOf(running) + 1}`;
    else if (wasBusy && !this.#isBusy) this.words = endWords(cellIds.map((id) => session.stateOf(id)));
  }
}

/** `states`: of the cells whose runs have just ended, the last that was under way among them. */
export function endWords(states: readonly CellRunState[]): string {
  const ways = new Set(states.map((state) => (state.kind === "finished" ? state.status : state.kind)));
  if (ways.has("error")) return "Stopped at an error";
  if (ways.has("lost")) return "The run is lost";
  return ways.has("interrupted") || ways.has("cancelled") ? "Stopped running" : "Finished running";
}

/** What must be said of a cell's run beside its outputs: that it waits elsewhere, or will never end. */
import { html, nothing } from "lit";
import type { CellRunState } from "../session/session.ts";

export function cellNote(state: CellRunState, isAskedHere: boolean) {
  if (state.kind === "lost")
    return note("The browser that ran this cell has left, and its run is lost. Run the cell again.");
  if (state.kind !== "running" || state.asks === null || isAskedHere) return nothing;
  return note(`Waits for an answer where it runs: ${state.asks || "input()"}`);
}

function note(words: string) {
  return html`<p class="cell-note">${words}</p>`;
}

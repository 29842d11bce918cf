/** The line below a cell where a new one can be put. */
import { html } from "lit";
import { Plus } from "lucide";
import { icon } from "./icon.ts";

export function cellInsert(insert: (type: "code" | "markdown") => void) {
  return html`<div class="cell-insert">
    <button @click=${() => insert("code")} tabindex="-1" aria-label="Insert a code cell below">${icon(Plus)}Code</button>
    <button @click=${() => insert("markdown")} tabindex="-1" aria-label="Insert a Markdown cell below">${icon(Plus)}Text</button>
  </div>`;
}

/** The small toolbar of the cell in use: type and language, moving, folding, copying, deleting. */
import { html, nothing } from "lit";
import { ArrowDown, ArrowUp, CopyPlus, Eye, EyeOff, type IconNode, Trash } from "lucide";
import type { Cell } from "../document/notebook.ts";
import type { Folding } from "./cell-view-state.ts";
import { type CommandHandlers, commandOf } from "./commands.ts";
import type { Databases } from "./databases.ts";
import { icon } from "./icon.ts";

type Act = (command: keyof CommandHandlers) => () => void;

const KINDS = [
  { value: "python", words: "Python" },
  { value: "sql", words: "SQL" },
  { value: "html", words: "HTML" },
  { value: "markdown", words: "Markdown" },
  { value: "raw", words: "Raw" },
] as const;

export function cellTools(cell: Cell, folding: Folding, act: Act, databases: Databases | null) {
  const kind = cell.type === "code" ? cell.language : cell.type;
  const change = (event: Event) => {
    const { value } = event.target as HTMLSelectElement;
    if (value === "markdown") act("to-markdown")();
    else if (value === "raw") act("to-raw")();
    else {
      act("to-code")();
      cell.language = value;
    }
  };
  const isOther = !KINDS.some(({ value }) => value === kind);
  return html`<div class="cell-tools" role="toolbar" aria-label="Cell tools">
    <select class="cell-kind" @change=${change} aria-label="Kind of cell" tabindex="-1">
      ${KINDS.map(({ value, words }) => html`<option value=${value} ?selected=${value === kind}>${words}</option>`)}
      ${isOther ? html`<option value=${kind} selected>${kind.toUpperCase()}</option>` : nothing}
    </select>
    ${kind === "sql" ? databases?.connectionField(cell) : nothing}
    ${tool("move-up", ArrowUp, act)}
    ${tool("move-down", ArrowDown, act)}
    ${tool("toggle-source", folding.isSourceHidden ? Eye : EyeOff, act)}
    ${tool("duplicate", CopyPlus, act)}
    ${tool("delete", Trash, act)}
  </div>`;
}

function tool(command: keyof CommandHandlers, drawing: IconNode, act: Act) {
  const { title } = commandOf(command);
  return html`<button class="icon-button" tabindex="-1" @click=${act(command)} aria-label=${title} title=${title}>
    ${icon(drawing)}
  </button>`;
}

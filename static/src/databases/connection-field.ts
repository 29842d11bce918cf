/** A SQL cell's connection, in the cell's tools: which one, and what it would do. */
import { html, nothing } from "lit";
import type { Cell } from "../document/notebook.ts";
import { icon } from "../elements/icon.ts";
import { PLAN } from "./drawings.ts";
import { type SchemaStore, valueOf } from "./schema-store.ts";
import { connectionOf, setConnection } from "./sql-cell.ts";

/** As the command is called: commands.ts is the page's own, and would be a script of its own if it was read here. */
const EXPLAIN = "Explain the SQL cell";

export function connectionField(cell: Cell, store: SchemaStore, explain: () => void) {
  const { list = [], ofNotebook = null } = valueOf(store.connections) ?? {};
  const chosen = connectionOf(cell) ?? "";
  const isUnknown = chosen !== "" && !list.some(({ name }) => name === chosen);
  const isOffered = ofNotebook?.offered.some(({ name }) => name === chosen) ?? false;
  const missing = isOffered
    ? `The owners of this notebook did not choose “${chosen}”.`
    : `The relay has no connection “${chosen}” for you.`;
  const change = (event: Event) => setConnection(cell, (event.target as HTMLSelectElement).value);
  return html`<select class="cell-kind cell-connection" aria-label="Connection" tabindex="-1" @change=${change}
    title=${isUnknown && store.connections.kind === "here" ? missing : "Which database the cell asks"}
    ?data-missing=${isUnknown && store.connections.kind === "here"}>
    <option value="" ?selected=${chosen === ""}>No connection</option>
    ${list.map(({ name }) => html`<option value=${name} ?selected=${name === chosen}>${name}</option>`)}
    ${isUnknown ? html`<option value=${chosen} selected>${chosen}</option>` : nothing}
  </select>
  <button class="icon-button" tabindex="-1" @click=${explain} aria-label=${EXPLAIN} title=${EXPLAIN}>${icon(PLAN)}</button>`;
}

/** The choice of a SQL cell's connection, in the cell's tools. */
import { html, nothing } from "lit";
import type { Cell } from "../document/notebook.ts";
import { type SchemaStore, valueOf } from "./schema-store.ts";
import { connectionOf, setConnection } from "./sql-cell.ts";

export function connectionField(cell: Cell, store: SchemaStore) {
  const list = valueOf(store.connections)?.list ?? [];
  const chosen = connectionOf(cell) ?? "";
  const isUnknown = chosen !== "" && !list.some(({ name }) => name === chosen);
  const change = (event: Event) => setConnection(cell, (event.target as HTMLSelectElement).value);
  return html`<select class="cell-kind cell-connection" aria-label="Connection" tabindex="-1" @change=${change}
    title=${isUnknown && store.connections.kind === "here" ? `The relay has no connection “${chosen}” for you.` : "Which database the cell asks"}
    ?data-missing=${isUnknown && store.connections.kind === "here"}>
    <option value="" ?selected=${chosen === ""}>No connection</option>
    ${list.map(({ name }) => html`<option value=${name} ?selected=${name === chosen}>${name}</option>`)}
    ${isUnknown ? html`<option value=${chosen} selected>${chosen}</option>` : nothing}
  </select>`;
}

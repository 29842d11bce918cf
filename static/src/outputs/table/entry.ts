/** The interactive table: loaded when a first table is shown. */
import type { CommChannel, Json } from "../output.ts";
import { readTable } from "./read-table.ts";
import tableStyles from "./table.css" with { type: "text" };
import { TableView } from "./table-view.ts";

let sheet: CSSStyleSheet | null = null;

/** Fills `host`, in a shadow root of its own; throws ContractError for what is no table. */
export function showTable(
  host: HTMLElement,
  value: Json,
  channel: CommChannel | null,
  signal?: AbortSignal,
): void {
  const view = new TableView(readTable(value), channel, signal);
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(tableStyles);
  }
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [sheet];
  root.append(view.element);
}

/** What a finished run asks of the notebook: Jupyter's payloads, from `%load`, `%recall` and the pager. */
import type { Json } from "../contracts/codec.ts";
import { isJsonObject } from "../document/json.ts";
import { type NotebookDocument, ORIGIN } from "../document/notebook.ts";

export function takePayload(notebook: NotebookDocument, cellId: string, payload: readonly Json[]): void {
  const cell = notebook.cell(cellId);
  if (cell === undefined) return;
  for (const item of payload) {
    if (!isJsonObject(item)) continue;
    if (item["source"] === "set_next_input" && typeof item["text"] === "string") {
      if (item["replace"] === true) cell.source = item["text"];
      else notebook.insertCell(notebook.indexOf(cellId) + 1, { source: item["text"] });
    }
    if (item["source"] === "page" && isJsonObject(item["data"])) {
      const data = item["data"];
      notebook.transact(
        () => cell.appendOutput({ output_type: "display_data", data, metadata: {} }),
        ORIGIN.run,
      );
    }
  }
}

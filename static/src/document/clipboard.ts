/** Cells cut, copied, pasted and duplicated; on the clipboard they are nbformat JSON, so other notebooks can take them. */
import { cellFromJson, cellToJson, parseIpynb } from "./ipynb.ts";
import { isJsonObject, type JsonObject } from "./json.ts";
import type { Cell, CellInit, NotebookDocument } from "./notebook.ts";

/** The clipboard's text for these cells: a small notebook. */
export function copyCells(notebook: NotebookDocument, ids: readonly string[]): string {
  const cells = notebook.cells().filter((cell) => ids.includes(cell.id));
  return JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {},
    cells: cells.map((cell) => cellToJson(cell)),
  });
}

/** Inserts copied cells before `index`, with new ids. Throws NotebookFormatError for other text. */
export function pasteCells(notebook: NotebookDocument, index: number, text: string): Cell[] {
  const pasted = parseIpynb(text)
    .cells()
    .map((cell) => cellToJson(cell));
  return notebook.insertCells(index, pasted.map(withNewId));
}

/** Whether the clipboard's text is cells. */
export function holdsCells(text: string): boolean {
  return /^\s*\{/.test(text) && /"nbformat"\s*:/.test(text) && /"cells"\s*:/.test(text);
}

/** Copies cells to below the last of them. */
export function duplicateCells(notebook: NotebookDocument, ids: readonly string[]): Cell[] {
  const cells = notebook.cells().filter((cell) => ids.includes(cell.id));
  const last = cells.at(-1);
  if (last === undefined) return [];
  return notebook.insertCells(
    notebook.indexOf(last.id) + 1,
    cells.map((cell) => withNewId(structuredClone(cellToJson(cell)))),
  );
}

function withNewId(cell: JsonObject): CellInit {
  const { id: _, ...init } = cellFromJson(isJsonObject(cell) ? cell : {}, 0, new Set());
  return init;
}

/** Makes a notebook as it was: a new edit like any other, which the others get and undo takes back. */
import type { JsonObject } from "./json.ts";
import type { Cell, CellInit, Json, NotebookDocument } from "./notebook.ts";

/** Cells keep their ids, so that cursors, comments and later edits by others stay with them. */
export function restoreNotebook(notebook: NotebookDocument, earlier: NotebookDocument): void {
  notebook.transact(() => {
    const cells = earlier.cells();
    cells.forEach((cell, index) => {
      const now = notebook.cell(cell.id);
      if (now !== undefined) restoreCell(notebook, now, cell);
      else notebook.insertCell(notebook.indexOf(cells[index - 1]?.id ?? "") + 1, contentOf(cell));
    });
    const ids = new Set(cells.map(({ id }) => id));
    notebook.deleteCells(notebook.cells().flatMap(({ id }) => (ids.has(id) ? [] : [id])));
    cells.forEach(({ id }, index) => {
      if (notebook.indexOf(id) !== index) notebook.moveCells([id], index);
    });
    restoreKeys(notebook.metadata, earlier.metadata, (key, value) => notebook.setMetadata(key, value));
  });
}

function restoreCell(notebook: NotebookDocument, cell: Cell, earlier: Cell): void {
  notebook.changeType(cell.id, earlier.type);
  cell.source = earlier.source;
  restoreKeys(cell.metadata, earlier.metadata, (key, value) => cell.setMetadata(key, value));
  if (!isSame(cell.attachments, earlier.attachments)) cell.setAttachments(earlier.attachments);
  if (earlier.type !== "code") return;
  cell.setExecutionCount(earlier.executionCount);
  if (isSame(cell.outputs, earlier.outputs)) return;
  cell.clearOutputs();
  for (const output of earlier.outputs) cell.appendOutput(output);
}

function contentOf(cell: Cell): CellInit {
  const { id, type, source, outputs, metadata, executionCount, unknown, attachments } = cell;
  const content: CellInit = { id, type, source, outputs, metadata, executionCount, unknown };
  return attachments === undefined ? content : { ...content, attachments };
}

function restoreKeys(
  now: Readonly<JsonObject>,
  earlier: Readonly<JsonObject>,
  set: (key: string, value: Json | undefined) => void,
): void {
  for (const key of new Set([...Object.keys(now), ...Object.keys(earlier)])) {
    if (!isSame(now[key], earlier[key])) set(key, earlier[key]);
  }
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Splitting one cell and merging several, as JupyterLab does it. */
import type { Cell } from "./cell.ts";
import type { NotebookDocument } from "./notebook.ts";

/** The head becomes a new cell before this one, which keeps id, outputs and the editor that holds the cursor. */
export function splitCell(notebook: NotebookDocument, id: string, offset: number): [Cell, Cell] {
  const tail = existing(notebook, id);
  return notebook.transact(() => {
    const source = tail.source;
    const head = notebook.insertCell(notebook.indexOf(id), {
      type: tail.type,
      source: source.slice(0, offset).replace(/^\n+|\n+$/g, ""),
      metadata: tail.metadata,
      ...(tail.attachments === undefined ? {} : { attachments: tail.attachments }),
    });
    tail.source = source.slice(offset).replace(/^\n+|\n+$/g, "");
    return [head, tail];
  });
}

/** The first cell in document order takes all sources in; the others and all outputs go. */
export function mergeCells(notebook: NotebookDocument, ids: readonly string[]): Cell {
  const merged = notebook.cells().filter((cell) => ids.includes(cell.id));
  const first = existing(notebook, merged[0]?.id ?? "");
  if (merged.length < 2) return first;
  notebook.transact(() => {
    const attachments = Object.assign({}, ...merged.toReversed().map((cell) => cell.attachments ?? {}));
    first.text.insert(
      first.text.length,
      merged
        .slice(1)
        .map((cell) => `\n\n${cell.source}`)
        .join(""),
    );
    if (first.type !== "code" && Object.keys(attachments).length > 0) first.setAttachments(attachments);
    first.setExecutionCount(null);
    first.clearOutputs();
    notebook.deleteCells(merged.slice(1).map((cell) => cell.id));
  });
  return first;
}

function existing(notebook: NotebookDocument, id: string): Cell {
  const cell = notebook.cell(id);
  if (cell === undefined) throw new RangeError(`there is no cell ${JSON.stringify(id)}`);
  return cell;
}

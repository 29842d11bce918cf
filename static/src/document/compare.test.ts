import assert from "node:assert/strict";
import { test } from "node:test";
import { type CellDifference, compareNotebooks, isUnchanged } from "./compare.ts";
import { NotebookDocument } from "./notebook.ts";

function notebookOf(...cells: [id: string, source: string, output?: string][]): NotebookDocument {
  return NotebookDocument.seeded((notebook) => {
    notebook.insertCells(
      0,
      cells.map(([id, source]) => ({ id, source })),
    );
    for (const [id, , output] of cells) if (output) notebook.cell(id)?.appendStream("stdout", output);
  });
}

const found = (differences: CellDifference[]) =>
  differences.map((each) => [each.id, each.position, isUnchanged(each), each.hasOtherOutputs]);

test("a cell that was run again and shows something else differs in its output only", () => {
  const before = notebookOf(["a", "1", "old"], ["b", "2", "same"]);
  const after = notebookOf(["a", "1", "new"], ["b", "2", "same"]);
  assert.deepEqual(found(compareNotebooks(before, after)), [
    ["a", 1, true, true],
    ["b", 2, true, false],
  ]);
});

test("the count of a run is no difference", () => {
  const [before, after] = [notebookOf(["a", "1"]), notebookOf(["a", "1"])];
  for (const [execution_count, notebook] of [before, after].entries()) {
    const data = { "text/plain": "1" };
    const output = { output_type: "execute_result", data, metadata: {}, execution_count } as const;
    notebook.cell("a")?.appendOutput(output);
  }
  assert.deepEqual(found(compareNotebooks(before, after)), [["a", 1, true, false]]);
});

test("a cell that came has no other output, and one that is gone has no place", () => {
  const before = notebookOf(["gone", "0", "x"], ["a", "1"]);
  const after = notebookOf(["a", "1"], ["new", "2", "y"]);
  assert.deepEqual(found(compareNotebooks(before, after)), [
    ["gone", null, false, false],
    ["a", 1, true, false],
    ["new", 2, false, false],
  ]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { NotebookDocument } from "./notebook.ts";
import { parsePythonScript, toPythonScript } from "./python-script.ts";

const shown = (notebook: NotebookDocument): unknown[] =>
  notebook.cells().map((cell) => [cell.type, cell.language, cell.source]);

function example(): NotebookDocument {
  return NotebookDocument.seeded((notebook) => {
    notebook.title = "Growth";
    notebook.insertCells(0, [
      { type: "markdown", source: "# Title\n\nText with `# %%` in it" },
      { source: "%matplotlib inline\n!ls\n# %time was here\nx = 1  # %%\n\n\ny = x % 2" },
      { source: "select *\nfrom t", language: "sql" },
      { source: "%%timeit\nf(1)\n# why" },
      { type: "raw", source: "raw" },
    ]);
  });
}

test("cells survive the way to a Python file and back", () => {
  const notebook = example();
  const read = parsePythonScript(toPythonScript(notebook));
  assert.deepEqual(shown(read), shown(notebook));
  assert.equal(read.title, "Growth");
});

test("Markdown and everything that is not Python is a comment", () => {
  const lines = toPythonScript(example())
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  assert.deepEqual(lines, ["x = 1  # %%", "y = x % 2"]);
});

test("a plain Python file becomes one cell", () => {
  assert.deepEqual(shown(parsePythonScript("import os\r\nprint(os.name)\r\n")), [
    ["code", "python", "import os\nprint(os.name)"],
  ]);
});

test("markers of other editors are understood", () => {
  const read = parsePythonScript('#%%\na = 1\n# %% [markdown]\n"""\n# T\n"""\n# %% named cell\nb = 2\n');
  assert.deepEqual(shown(read), [
    ["code", "python", "a = 1"],
    ["markdown", "python", "# T"],
    ["code", "python", "b = 2"],
  ]);
});

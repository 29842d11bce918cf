import assert from "node:assert/strict";
import { test } from "node:test";
import { sourceToRun } from "../document/magics.ts";
import { NotebookDocument } from "../document/notebook.ts";
import type { Output } from "../document/outputs.ts";
import { connectionOf, setConnection, sqlMetadata } from "./sql-cell.ts";
import { errorPlace } from "./sql-error-place.ts";

function cellOf(init: Parameters<NotebookDocument["insertCell"]>[1]) {
  return NotebookDocument.create().insertCell(0, init);
}

function errorOf(evalue: string): Output {
  return { output_type: "error", ename: "ProgrammingError", evalue, traceback: [] };
}

test("a SQL cell's connection stands behind its magic when it runs", () => {
  const cell = cellOf({ source: "select 1", metadata: sqlMetadata("shop") });
  assert.equal(connectionOf(cell), "shop");
  assert.equal(sourceToRun(cell), "%%sql shop\nselect 1");
  setConnection(cell, "other");
  assert.equal(sourceToRun(cell), "%%sql other\nselect 1");
  setConnection(cell, "");
  assert.equal(sourceToRun(cell), "%%sql\nselect 1");
  assert.equal(connectionOf(cell), null);
});

test("what else stands behind the magic stays", () => {
  const cell = cellOf({ source: "%%sql shop --limit 5\nselect 1" });
  setConnection(cell, "other");
  assert.equal(cell.source, "%%sql other --limit 5\nselect 1");
  assert.equal(connectionOf(cell), "other");
});

test("an error is marked where its caret points", () => {
  const source = "select id,\n  nope\nfrom orders";
  const said = 'Column "nope" does not exist.\nline 2:   nope\n          ^\nhint: none';
  assert.deepEqual(errorPlace([errorOf(said)], source), { from: 13, to: 17 });
  assert.deepEqual(errorPlace([errorOf(said)], `%%sql shop\n${source}`), { from: 24, to: 28 });
  const wide = "line 1: select '😀', nope\n                    ^";
  assert.deepEqual(errorPlace([errorOf(wide)], "select '😀', nope"), { from: 13, to: 17 });
});

test("an error without a place, or of a source that has changed, marks nothing", () => {
  const said = "line 1: select nope\n               ^";
  assert.equal(errorPlace([errorOf(said)], "select other"), null);
  assert.equal(errorPlace([errorOf("No place.")], "select nope"), null);
  assert.equal(errorPlace([], "select nope"), null);
});

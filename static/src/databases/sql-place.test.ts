import assert from "node:assert/strict";
import { test } from "node:test";
import { errorPlace } from "./sql-error-place.ts";
import { markedLine } from "./sql-place.ts";

test("the caret stands below the character, whatever is before it", () => {
  assert.equal(markedLine("select 1\nfrm x", 9), "line 2: frm x\n        ^");
  assert.equal(markedLine("select '😀', nope", 12), "line 1: select '😀', nope\n                    ^");
  assert.equal(markedLine("\tnope", 1), "line 1: \tnope\n        \t^");
  assert.equal(markedLine("select", 6), "line 1: select\n              ^");
});

test("the editor's underline reads it back", () => {
  const sql = "select '😀',\n  nope\nfrom t";
  const evalue = markedLine(sql, [...sql].indexOf("n"));
  const output = { output_type: "error", ename: "", evalue, traceback: [] } as const;
  const place = errorPlace([{ ...output, traceback: [] }], sql);
  assert.equal(sql.slice(place?.from, place?.to), "nope");
});

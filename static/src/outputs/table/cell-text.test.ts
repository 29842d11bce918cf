/** Values as text, as places on an axis, and for the clipboard. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { lineText, placeOf, wholeText } from "./cell-text.ts";
import { tsv } from "./tsv.ts";

test("a cell is one short line", () => {
  assert.equal(lineText("a\r\nb\tc"), "a↵b⇥c");
  assert.equal(lineText("x".repeat(5000)).length, 301);
});

test("sums of decimals read as people write them, and the whole value keeps every digit", () => {
  assert.deepEqual([lineText(0.1 + 0.2), wholeText(0.1 + 0.2)], ["0.3", "0.30000000000000004"]);
});

test("values that are no text are shown as JSON", () => {
  assert.deepEqual([lineText(true), lineText({ a: [1] }), wholeText(null)], ["true", '{"a":[1]}', ""]);
});

test("times without a zone are UTC, whether a space or a T is between date and time", () => {
  const noon = Date.UTC(2026, 0, 31, 12);
  for (const text of ["2026-01-31 12:00:00", "2026-01-31T12:00:00", "2026-01-31 13:00:00+01:00"])
    assert.equal(placeOf(text, "timestamp"), noon);
});

test("what is no number has no place", () => {
  assert.deepEqual(
    [placeOf("NaN", "number"), placeOf("", "decimal"), placeOf("1.50", "decimal")],
    [null, null, 1.5],
  );
});

test("copied cells are tab-separated, and text that would break the lines is quoted", () => {
  assert.equal(
    tsv([
      [1, null, 'say "hi"'],
      ["a\tb", true, "c"],
    ]),
    '1\t\t"say ""hi"""\n"a\tb"\ttrue\tc',
  );
});

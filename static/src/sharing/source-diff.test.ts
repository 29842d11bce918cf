import assert from "node:assert/strict";
import { test } from "node:test";
import { diffOf } from "./source-diff.ts";

const written = (before: string, after: string): string[] =>
  diffOf(before, after).map(({ mark, text }) => mark + text);

test("a changed line is the old one and the new one", () => {
  assert.deepEqual(written("a\nb\nc", "a\nB\nc"), [" a", "-b", "+B", " c"]);
});

test("a line added at the end does not change the line before it", () => {
  assert.deepEqual(written("a", "a\nb"), [" a", "+b"]);
});

test("an empty cell that is filled has only new lines", () => {
  assert.deepEqual(written("", "a\nb"), ["+a", "+b"]);
});

test("of a long stretch that is the same, what is near the change is shown", () => {
  const lines = Array.from({ length: 20 }, (_, index) => `line ${index}`);
  const found = written(lines.join("\n"), lines.with(10, "changed").join("\n"));
  assert.deepEqual(found, [
    "…7 lines unchanged",
    " line 7",
    " line 8",
    " line 9",
    "-line 10",
    "+changed",
    " line 11",
    " line 12",
    " line 13",
    "…6 lines unchanged",
  ]);
});

/** The tree of a JSON value. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonTree } from "./json-tree.ts";

test("a branch shows what is in it and makes its children when asked", () => {
  const [name, list] = jsonTree({ name: "a", list: [1, 2] }).children();
  assert.deepEqual([name!.label, name!.preview, name!.isBranch], ["name", '"a"', false]);
  assert.deepEqual([list!.label, list!.preview, list!.isBranch], ["list", "[2 items]", true]);
});

test("a million items open as a hundred pages of pages", () => {
  const pages = jsonTree(Array.from({ length: 1_000_000 }, (_, i) => i)).children();
  assert.equal(pages.length, 100);
  assert.equal(pages[1]!.label, "10000 … 19999");
  assert.equal(pages[1]!.children()[0]!.children()[0]!.preview, "10000");
});

test("empty objects and arrays are leaves to read, not branches to open", () => {
  assert.deepEqual(
    [jsonTree({}), jsonTree([])].map(({ preview, isBranch }) => [preview, isBranch]),
    [
      ["{}", false],
      ["[0 items]", false],
    ],
  );
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { afterChange, extendTo, neighbour, selectedIds, selectOnly } from "./selection.ts";

const ORDER = ["a", "b", "c", "d"];

test("a range holds everything between its ends, whichever way it was drawn", () => {
  assert.deepEqual(selectedIds(ORDER, extendTo(selectOnly("c"), "a")), ["a", "b", "c"]);
});

test("moving stops at the ends of the notebook", () => {
  assert.equal(neighbour(ORDER, selectOnly("d"), 1), "d");
  assert.equal(neighbour(ORDER, selectOnly("a"), -1), "a");
});

test("the cell that takes a deleted one's place is selected", () => {
  assert.deepEqual(afterChange(selectOnly("b"), ORDER, ["a", "c", "d"]), selectOnly("c"));
});

test("after the last cell was deleted, the new last one is selected", () => {
  assert.deepEqual(afterChange(selectOnly("d"), ORDER, ["a", "b"]), selectOnly("b"));
});

test("a range whose anchor is gone shrinks to its active cell", () => {
  const range = extendTo(selectOnly("a"), "c");
  assert.deepEqual(afterChange(range, ORDER, ["b", "c", "d"]), selectOnly("c"));
});

test("a move keeps the selection", () => {
  const range = extendTo(selectOnly("a"), "b");
  assert.deepEqual(afterChange(range, ORDER, ["c", "a", "b", "d"]), range);
});

/** Keys and chosen cells. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { bounds, holds, moved, within } from "./cell-range.ts";

const size = { rows: 1000, columns: 4, pageRows: 10 };
const from = { row: 50, column: 2 };

const MOVES: [string, boolean, [number, number]][] = [
  ["ArrowUp", false, [49, 2]],
  ["ArrowDown", false, [51, 2]],
  ["ArrowLeft", false, [50, 1]],
  ["ArrowRight", false, [50, 3]],
  ["ArrowDown", true, [999, 2]],
  ["ArrowLeft", true, [50, 0]],
  ["Home", false, [50, 0]],
  ["End", false, [50, 3]],
  ["Home", true, [0, 0]],
  ["End", true, [999, 3]],
  ["PageUp", false, [40, 2]],
  ["PageDown", false, [60, 2]],
];

for (const [key, isWhole, [row, column]] of MOVES) {
  test(`${isWhole ? "Ctrl+" : ""}${key} moves the active cell`, () => {
    assert.deepEqual(moved(from, key, isWhole, size), { row, column });
  });
}

test("above the first row is the header, and nothing above that", () => {
  assert.deepEqual(moved({ row: 0, column: 1 }, "ArrowUp", false, size), { row: -1, column: 1 });
  assert.deepEqual(moved({ row: -1, column: 1 }, "ArrowUp", false, size), { row: -1, column: 1 });
});

test("other keys move nothing", () => {
  assert.equal(moved(from, "x", false, size), null);
});

test("a range is the same whichever corner it was begun at", () => {
  const range = { anchor: { row: 9, column: 3 }, active: { row: 2, column: 1 }, isRows: false };
  assert.deepEqual(bounds(range, 4), { firstRow: 2, lastRow: 9, firstColumn: 1, lastColumn: 3 });
  assert.equal(holds(range, { row: 5, column: 0 }, 4), false);
  assert.equal(holds({ ...range, isRows: true }, { row: 5, column: 0 }, 4), true);
});

test("in a table that lost its rows the nearest place is the header", () => {
  assert.deepEqual(within(from, { rows: 0, columns: 4, pageRows: 1 }), { row: -1, column: 2 });
});

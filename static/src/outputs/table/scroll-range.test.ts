/** Scrolling over more rows than an element can be high. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ScrollRange } from "./scroll-range.ts";

function rangeOf(rows: number, viewport = 280): ScrollRange {
  const range = new ScrollRange(28);
  range.resize(rows, viewport);
  return range;
}

test("few rows scroll as an ordinary element does", () => {
  const range = rangeOf(1000);
  range.scrolled(1400);
  assert.deepEqual([range.height, range.top, range.firstRow, range.lastRow], [28_000, 1400, 50, 59]);
});

test("the element of a hundred million rows is no higher than browsers allow, and its end is the last row", () => {
  const range = rangeOf(100_000_000);
  assert.ok(range.height <= 17_000_000);
  range.scrolled(range.height - 280);
  assert.equal(range.lastRow, 99_999_999);
});

test("the middle of the scroll bar is the middle of the rows", () => {
  const range = rangeOf(100_000_000);
  range.scrolled((range.height - 280) / 2);
  assert.ok(Math.abs(range.firstRow - 50_000_000) < 20);
});

test("a turn of the wheel moves by its pixels wherever it happens, however long the table is", () => {
  const range = rangeOf(100_000_000);
  range.scrolled(5_000_000);
  const before = range.top;
  range.scrolled(5_000_100);
  assert.ok(Math.abs(range.top - before - 100) < 1e-6);
});

test("the scroll bar can be put where the rows are, and that moves no row", () => {
  const range = rangeOf(100_000_000);
  range.scrolled(5_000_000);
  range.scrolled(5_000_100);
  const { top, scrollTop } = range;
  range.placed(scrollTop);
  range.scrolled(scrollTop);
  assert.equal(range.top, top);
});

test("a row is revealed by moving as little as that takes", () => {
  const range = rangeOf(1000);
  range.reveal(5);
  assert.equal(range.top, 0);
  range.reveal(10);
  assert.equal(range.top, 28);
  range.reveal(0);
  assert.equal(range.top, 0);
});

test("fewer rows than before move the view back to where rows are", () => {
  const range = rangeOf(1000);
  range.scrolled(20_000);
  range.resize(20, 280);
  assert.deepEqual([range.top, range.lastRow], [280, 19]);
});

test("no rows are no row", () => {
  const range = rangeOf(0);
  range.scrolled(0);
  assert.deepEqual([range.firstRow, range.lastRow, range.scrollTop], [0, -1, 0]);
});

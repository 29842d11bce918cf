/** Which rows are asked for while somebody scrolls. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Json } from "../output.ts";
import { type AskRows, RowPages, type RowWindow } from "./row-pages.ts";
import { TableRefused } from "./table-link.ts";

const TOTAL = 1_000_000;
const numbers = (first: number, count: number): Json[][] =>
  Array.from({ length: count }, (_, index) => [first + index]);

/** Answers are given by hand, each to the request of the same index. */
function scrolled(t: TestContext) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const asked: {
    offset: number;
    limit: number;
    resolve(window: RowWindow): void;
    reject(error: Error): void;
  }[] = [];
  const ask: AskRows = (offset, limit) => {
    const { promise, resolve, reject } = Promise.withResolvers<RowWindow>();
    asked.push({ offset, limit, resolve, reject });
    return promise;
  };
  const pages = new RowPages(numbers(0, 100), TOTAL, { columns: 1, ask, onChange: () => undefined });
  const give = async (index: number, total = TOTAL) => {
    const { offset, limit, resolve } = asked[index]!;
    resolve({ rows: numbers(offset, limit), total });
    await new Promise(setImmediate);
  };
  const windows = () => asked.map(({ offset, limit }) => [offset, limit]);
  return { pages, asked, give, windows, settle: () => t.mock.timers.tick(1000) };
}

test("rows of the preview are there without asking", (t) => {
  const { pages, windows, settle } = scrolled(t);
  pages.want(0, 99);
  settle();
  assert.deepEqual([pages.row(99), pages.row(100), windows()], [[99], null, []]);
});

test("only where the scrolling comes to is asked for", (t) => {
  const { pages, windows, settle } = scrolled(t);
  for (let first = 1000; first <= 500_000; first += 1000) pages.want(first, first + 20);
  settle();
  assert.deepEqual(windows(), [[500_000, 100]]);
});

test("while an answer is awaited, one request is enough: the next is for what is wanted then", async (t) => {
  const { pages, give, windows, settle } = scrolled(t);
  pages.want(1000, 1020);
  settle();
  for (let first = 2000; first <= 9000; first += 1000) pages.want(first, first + 20);
  settle();
  assert.deepEqual(windows(), [[1000, 100]]);
  await give(0);
  assert.deepEqual(windows(), [
    [1000, 100],
    [9000, 100],
  ]);
});

test("a window is never larger than the contract allows", (t) => {
  const { pages, windows, settle } = scrolled(t);
  pages.want(5000, 50_000);
  settle();
  assert.deepEqual(windows(), [[5000, 1000]]);
});

test("answers to what was asked before the order changed are dropped", async (t) => {
  const { pages, give, windows, settle } = scrolled(t);
  pages.want(1000, 1020);
  settle();
  pages.reset();
  await give(0);
  assert.equal(pages.row(1000), null);
  await give(1, 7);
  assert.deepEqual([windows()[1], pages.total, pages.isTotalKnown], [[0, 100], 7, true]);
});

test("a failed request is not repeated until somebody asks to", async (t) => {
  const { pages, asked, windows, settle } = scrolled(t);
  pages.want(1000, 1020);
  settle();
  asked[0]!.reject(new TableRefused("No."));
  await new Promise(setImmediate);
  pages.want(1000, 1021);
  settle();
  assert.deepEqual([pages.error?.message, windows().length], ["No.", 1]);
  pages.retry();
  assert.equal(windows().length, 2);
});

test("a page that came short is not asked for again", async (t) => {
  const { pages, asked, windows, settle } = scrolled(t);
  pages.want(1000, 1020);
  settle();
  asked[0]!.resolve({ rows: [], total: TOTAL });
  await new Promise(setImmediate);
  pages.want(1000, 1020);
  settle();
  assert.equal(windows().length, 1);
});

test("few pages are kept, those in use longest", async (t) => {
  const { pages, give, settle } = scrolled(t);
  for (let step = 0; step < 30; step++) {
    pages.want(0, 99);
    pages.want(step * 1000 + 1000, step * 1000 + 1999);
    settle();
    await give(step);
  }
  assert.deepEqual([pages.row(1000), pages.row(0), pages.row(30_999)], [null, [0], [30_999]]);
});

test("reading takes what is here and asks for the rest in windows", async (t) => {
  const { pages, give, windows } = scrolled(t);
  const read = pages.read(50, 1150);
  await give(0);
  await give(1);
  assert.deepEqual(await read, numbers(50, 1150));
  assert.deepEqual(windows(), [
    [100, 1000],
    [1100, 100],
  ]);
});

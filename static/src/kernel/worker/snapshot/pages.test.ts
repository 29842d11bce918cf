import assert from "node:assert/strict";
import { test } from "node:test";
import { BytesInMemory } from "../asset-body.ts";
import { PAGE_BYTES, type PackedPages, packPages, sumPages, unpackPages } from "./pages.ts";

const NONE = new Uint8Array(0);

function memoryWith(pages: Record<number, number>, count: number): Uint8Array {
  const memory = new Uint8Array(count * PAGE_BYTES);
  for (const [page, value] of Object.entries(pages)) memory[Number(page) * PAGE_BYTES + 7] = value;
  return memory;
}

function readable(packed: PackedPages) {
  return { ...packed, body: new BytesInMemory(packed.body) };
}

test("only pages that hold something are kept", () => {
  const { pages, body } = packPages(memoryWith({ 0: 1, 3: 2, 4: 3 }, 8), NONE);
  assert.deepEqual(pages, [0, 1, 3, 2]);
  assert.equal(body.length, 3 * PAGE_BYTES);
});

test("a memory comes back as it was, whatever was in it before", () => {
  const saved = memoryWith({ 1: 1, 2: 9, 6: 4 }, 9);
  const packed = packPages(saved, NONE);
  const memory = new Uint8Array(saved.length).fill(0xff);
  unpackPages(memory, readable(packed), PAGE_BYTES, () => true);
  assert.deepEqual(memory, saved);
});

test("memory that nothing was written to is not touched", () => {
  const packed = packPages(memoryWith({ 0: 1, 6: 4 }, 9), NONE);
  const memory = new Uint8Array(9 * PAGE_BYTES);
  const asked: number[][] = [];
  unpackPages(memory, readable(packed), PAGE_BYTES, (start, end) => {
    asked.push([start / PAGE_BYTES, end / PAGE_BYTES]);
    return false;
  });
  assert.deepEqual(asked, [
    [1, 6],
    [7, 9],
  ]);
  assert.deepEqual(memory, memoryWith({ 0: 1, 6: 4 }, 9));
});

test("an empty memory packs to nothing", () => {
  assert.deepEqual(packPages(new Uint8Array(4 * PAGE_BYTES), NONE), {
    pages: [],
    linked: [],
    body: new Uint8Array(0),
  });
});

test("pages as the main module's file fills them are not kept, and survive there", () => {
  const filled = memoryWith({ 1: 5, 2: 6, 4: 7 }, 6);
  const saved = memoryWith({ 1: 5, 2: 9, 5: 3 }, 6);
  const packed = packPages(saved, filled.slice(0, 5 * PAGE_BYTES));
  assert.deepEqual(
    [packed.pages, packed.linked],
    [
      [2, 1, 5, 1],
      [1, 1],
    ],
  );
  unpackPages(filled, readable(packed), PAGE_BYTES, () => true);
  assert.deepEqual(filled, saved);
});

test("a sum over pages sees a change in them and none beside them", () => {
  const sum = (pages: Record<number, number>) => sumPages(memoryWith(pages, 4), [1, 2], PAGE_BYTES);
  assert.equal(sum({ 1: 5, 3: 1 }), sum({ 1: 5, 3: 2 }));
  assert.notEqual(sum({ 1: 5 }), sum({ 1: 6 }));
  assert.notEqual(sum({ 1: 5 }), sum({ 2: 5 }));
});

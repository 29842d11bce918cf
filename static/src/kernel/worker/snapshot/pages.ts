/** A heap without what need not be sent: which pages the heap file holds, and their bytes one after the other. */
import type { ByteSource } from "../asset-body.ts";

export const PAGE_BYTES = 4096;

/** Start and count of each run of pages: start, count, start, count, … */
export type Runs = readonly number[];

export interface PackedPages {
  /** Pages that the body holds. */
  pages: number[];
  /** Pages that are as the main module's file fills them. All others are empty. */
  linked: number[];
  body: Uint8Array;
}

/** `mainImage`: the start of the memory as the main module's file fills it. */
export function packPages(memory: Uint8Array, mainImage: Uint8Array): PackedPages {
  const words = asWords(memory);
  const filled = asWords(mainImage);
  const pages: number[] = [];
  const linked: number[] = [];
  let kept = 0;
  for (let page = 0; page * PAGE_BYTES < memory.length; page++) {
    if (isEmpty(words, page)) continue;
    if (isSame(words, filled, page)) append(linked, page);
    else {
      kept++;
      append(pages, page);
    }
  }
  const body = new Uint8Array(kept * PAGE_BYTES);
  let at = 0;
  for (const [start, end] of ranges(pages, PAGE_BYTES)) {
    body.set(memory.subarray(start, end), at);
    at += end - start;
  }
  return { pages, linked, body };
}

/**
 * Put the pages back into `memory`, which holds what the main module's file fills. Between them, memory is cleared
 * where `isDirty` says that something may have been written; what was never touched stays untouched, so
 * the system need not provide it.
 */
export function unpackPages(
  memory: Uint8Array,
  { pages, linked, body }: { pages: Runs; linked: Runs; body: ByteSource },
  pageBytes: number,
  isDirty: (start: number, end: number) => boolean,
): void {
  let at = 0;
  let last = 0;
  const clear = (end: number) => {
    if (end > last && isDirty(last, end)) memory.fill(0, last, end);
  };
  for (const { start, end, isLinked } of merged(pages, linked, pageBytes)) {
    clear(start);
    if (!isLinked) {
      body.copyInto(memory.subarray(start, end), at);
      at += end - start;
    }
    last = end;
  }
  clear(memory.length);
}

/** A sum that tells whether the pages hold the same again: quick, against mistakes and not against malice. */
export function sumPages(memory: Uint8Array, runs: Runs, pageBytes: number): number {
  const words = asWords(memory);
  let sum = 1;
  for (const [start, end] of ranges(runs, pageBytes))
    for (let i = start / 4; i < end / 4; i++)
      sum = Math.imul(((sum << 5) | (sum >>> 27)) ^ (words[i] as number), 0x9e3779b1);
  return sum >>> 0;
}

interface MergedRun {
  start: number;
  end: number;
  isLinked: boolean;
}

function merged(pages: Runs, linked: Runs, pageBytes: number): MergedRun[] {
  const each = (runs: Runs, isLinked: boolean) =>
    Array.from(ranges(runs, pageBytes), ([start, end]) => ({ start, end, isLinked }));
  return [...each(pages, false), ...each(linked, true)].sort((a, b) => a.start - b.start);
}

function append(runs: number[], page: number): void {
  const end = (runs.at(-2) ?? 0) + (runs.at(-1) ?? 0);
  if (runs.length > 0 && end === page) (runs[runs.length - 1] as number)++;
  else runs.push(page, 1);
}

function* ranges(runs: Runs, pageBytes: number): Iterable<[number, number]> {
  for (let i = 0; i < runs.length; i += 2) {
    const start = runs[i] as number;
    yield [start * pageBytes, (start + (runs[i + 1] as number)) * pageBytes];
  }
}

function asWords(memory: Uint8Array): Uint32Array {
  return new Uint32Array(memory.buffer, memory.byteOffset, memory.length / 4);
}

function isEmpty(words: Uint32Array, page: number): boolean {
  const end = ((page + 1) * PAGE_BYTES) / 4;
  for (let i = (page * PAGE_BYTES) / 4; i < end; i++) if (words[i] !== 0) return false;
  return true;
}

function isSame(words: Uint32Array, others: Uint32Array, page: number): boolean {
  const end = ((page + 1) * PAGE_BYTES) / 4;
  for (let i = (page * PAGE_BYTES) / 4; i < end; i++) if (words[i] !== others[i]) return false;
  return true;
}

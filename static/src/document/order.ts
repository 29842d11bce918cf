/** Order keys: strings that sort as the cells stand, so that a move is one write. */
import { generateNKeysBetween } from "fractional-indexing";

export interface Ordered {
  readonly id: string;
  readonly order: string;
}

/** Cells sort by key; two editors that insert at the same place choose the same key, so the id decides. */
export function byOrder(a: Ordered, b: Ordered): number {
  if (a.order !== b.order) return a.order < b.order ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

export interface Placement {
  /** Keys for the new cells. */
  keys: string[];
  /** Cells that must get another key first, because no key fits between equal or damaged ones. */
  rekeyed: Map<string, string>;
}

/** Keys for `count` cells that shall stand before `sorted[index]`. */
export function place(sorted: readonly Ordered[], index: number, count: number): Placement {
  const before = sorted[index - 1]?.order ?? null;
  const after = sorted[index]?.order ?? null;
  if (before === null || after === null || before < after) {
    const keys = keysBetween(before, after, count);
    if (keys !== null) return { keys, rekeyed: new Map() };
  }
  return placeAnew(sorted, index, count);
}

function placeAnew(sorted: readonly Ordered[], index: number, count: number): Placement {
  const all = generateNKeysBetween(null, null, sorted.length + count);
  const rekeyed = new Map<string, string>();
  sorted.forEach((cell, i) => {
    rekeyed.set(cell.id, all[i < index ? i : i + count] ?? "");
  });
  return { keys: all.slice(index, index + count), rekeyed };
}

/** null when a neighbour's key, which may come from anyone, is no order key. */
function keysBetween(before: string | null, after: string | null, count: number): string[] | null {
  try {
    return generateNKeysBetween(before, after, count);
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
}

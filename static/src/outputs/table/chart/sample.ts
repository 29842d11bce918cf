/** The rows that a chart is drawn from: all of them, or stretches taken evenly from the whole table. */
import { MAX_WINDOW_ROWS } from "../../../contracts/generated.ts";
import type { Json } from "../../output.ts";
import { counted } from "../cell-text.ts";

/** What a kernel gives in a moment, and more points than a chart can tell apart. */
export const MAX_CHART_ROWS = 10_000;
const STRETCHES = 50;

export interface Sample {
  rows: Json[][];
  /** What to say when it is not all; else empty. */
  words: string;
}

/** Offsets and lengths of the stretches to read. */
export function stretches(total: number): { first: number; count: number }[] {
  if (total <= MAX_CHART_ROWS) {
    const parts = Math.ceil(total / MAX_WINDOW_ROWS);
    return Array.from({ length: parts }, (_, part) => ({
      first: part * MAX_WINDOW_ROWS,
      count: Math.min(MAX_WINDOW_ROWS, total - part * MAX_WINDOW_ROWS),
    }));
  }
  const count = MAX_CHART_ROWS / STRETCHES;
  const last = total - count;
  return Array.from({ length: STRETCHES }, (_, part) => ({
    first: Math.round((part / (STRETCHES - 1)) * last),
    count,
  }));
}

/** Reads until `signal` aborts, one stretch after the other. */
export async function readSample(
  read: (first: number, count: number) => Promise<Json[][]>,
  total: number,
  signal: AbortSignal,
): Promise<Sample> {
  const rows: Json[][] = [];
  for (const { first, count } of stretches(total)) {
    rows.push(...(await read(first, count)));
    signal.throwIfAborted();
  }
  const isAll = total <= MAX_CHART_ROWS;
  const words = isAll
    ? ""
    : `A sample: ${rows.length.toLocaleString("en")} of ${counted(total, "row")}, in ${STRETCHES} stretches taken evenly. Counts and sums are those of the sample.`;
  return { rows, words };
}

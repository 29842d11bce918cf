/** How wide the columns are and which of them are in sight. */
import type { TableColumn } from "../../contracts/generated.ts";
import type { Json } from "../output.ts";
import { lineText, SHOWN_DIGITS } from "./cell-text.ts";

const NARROWEST = 64;
const WIDEST = 1_200;
const FIRST_WIDEST = 280;
/** A digit of the widest of the fonts that systems show. */
const CHARACTER = 8.4;
const PADDING = 22;
/** The header's name is bold, and the sign of the order stands beside it. */
const HEADER_CHARACTER = 7.9;
const HEADER_EXTRA = 40;
const ROWS_LOOKED_AT = 40;

export class ColumnWidths {
  readonly #widths: number[];
  #offsets: number[] = [];
  /** Higher after every change. */
  version = 0;

  constructor(columns: readonly TableColumn[], preview: readonly Json[][]) {
    this.#widths = columns.map((column, index) => firstWidth(column, index, preview));
    this.#sum();
  }

  of(column: number): number {
    return this.#widths[column]!;
  }

  /** Pixels left of a column; of the column after the last, the width of all. */
  left(column: number): number {
    return this.#offsets[column]!;
  }

  get total(): number {
    return this.#offsets.at(-1)!;
  }

  set(column: number, width: number): void {
    this.#widths[column] = Math.round(Math.max(NARROWEST, Math.min(width, WIDEST)));
    this.#sum();
  }

  /** First and last column that show between these pixels; last < first when there is none. */
  between(left: number, right: number): { first: number; last: number } {
    const first = Math.max(0, this.#at(left));
    return { first, last: Math.min(this.#widths.length - 1, this.#at(right)) };
  }

  /** The column that holds this pixel. */
  #at(pixel: number): number {
    let [low, high] = [0, this.#widths.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#offsets[middle + 1]! <= pixel) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #sum(): void {
    const offsets = [0];
    for (const width of this.#widths) offsets.push(offsets.at(-1)! + width);
    this.#offsets = offsets;
    this.version++;
  }
}

function firstWidth({ name, type, kind }: TableColumn, column: number, preview: readonly Json[][]): number {
  const lengths = preview.slice(0, ROWS_LOOKED_AT).map((row) => lineText(row[column] ?? null).length);
  // Later rows may have all the digits that the first ones have not.
  const least = kind === "number" ? SHOWN_DIGITS + 2 : 4;
  const text = Math.max(least, ...lengths) * CHARACTER + PADDING;
  const header = Math.max(name.length, type.length * 0.85) * HEADER_CHARACTER + HEADER_EXTRA;
  return Math.round(Math.max(NARROWEST, Math.min(Math.max(text, header), FIRST_WIDEST)));
}

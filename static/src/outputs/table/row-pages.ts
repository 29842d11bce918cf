/** The rows of a table that are at hand: a few pages of them, the ones in sight asked for as they are wanted. */
import { MAX_PREVIEW_ROWS, MAX_WINDOW_ROWS } from "../../contracts/generated.ts";
import type { Json } from "../output.ts";
import { readCount, readRows } from "./read-table.ts";
import { TableGone } from "./table-link.ts";

/** As many as the preview has, so that the preview is the first page. */
export const PAGE_ROWS = MAX_PREVIEW_ROWS;
const KEPT_PAGES = 120;
/** A wheel turns several times a frame; only where it comes to is worth asking for. */
const SETTLE_MILLISECONDS = 50;

export interface RowWindow {
  rows: Json[][];
  total: number;
}
/** Rows `offset` to `offset + limit` of the table as it is sorted and filtered now. */
export type AskRows = (offset: number, limit: number) => Promise<RowWindow>;

interface RowPagesOptions {
  columns: number;
  ask: AskRows;
  /** Rows came, the total changed, or asking failed. */
  onChange(): void;
}

export class RowPages {
  readonly #options: RowPagesOptions;
  /** In the order of their last use. */
  readonly #pages = new Map<number, Json[][]>();
  #total: number;
  #wanted: { first: number; last: number } | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isAsking = false;
  /** Answers to what was asked before the order or the filters changed are dropped. */
  #generation = 0;
  #error: Error | null = null;
  #isTotalKnown = true;

  constructor(preview: Json[][], total: number, options: RowPagesOptions) {
    this.#options = options;
    this.#total = total;
    this.#pages.set(0, preview);
  }

  get total(): number {
    return this.#total;
  }

  /** False between a change of the filters and the first answer. */
  get isTotalKnown(): boolean {
    return this.#isTotalKnown;
  }

  /** Why the last rows that were wanted did not come. */
  get error(): Error | null {
    return this.#error;
  }

  row(index: number): Json[] | null {
    return this.#pages.get(Math.floor(index / PAGE_ROWS))?.[index % PAGE_ROWS] ?? null;
  }

  /** Sees to it that these rows come, soon; what was wanted before and not yet asked for is forgotten. */
  want(first: number, last: number): void {
    this.#wanted = { first: Math.max(0, first), last: Math.max(0, Math.min(last, this.#total - 1)) };
    if (this.#isAsking || this.#timer !== undefined || !this.#missing()) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#fetch();
    }, SETTLE_MILLISECONDS);
  }

  /** The order or the filters changed: nothing at hand is true any more. */
  reset(): void {
    this.#generation++;
    this.#pages.clear();
    this.#error = null;
    this.#isTotalKnown = false;
    this.#wanted = { first: 0, last: PAGE_ROWS - 1 };
    this.#isAsking = false;
    void this.#fetch();
  }

  /** Back to what the document holds. */
  restore(preview: Json[][], total: number): void {
    this.stop();
    this.#pages.clear();
    this.#pages.set(0, preview);
    this.#total = total;
    this.#isTotalKnown = true;
    this.#error = null;
  }

  retry(): void {
    this.#error = null;
    this.#options.onChange();
    void this.#fetch();
  }

  stop(): void {
    this.#generation++;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#wanted = null;
    this.#isAsking = false;
  }

  /** These rows, from here or from the kernel, without filling the pages with them. */
  async read(first: number, count: number): Promise<Json[][]> {
    const rows: Json[][] = [];
    const end = Math.min(first + count, this.#total);
    for (let at = first; at < end; ) {
      const here = this.row(at);
      if (here) {
        rows.push(here);
        at++;
        continue;
      }
      const window = await this.#options.ask(at, Math.min(MAX_WINDOW_ROWS, end - at));
      if (window.rows.length === 0) break;
      rows.push(...readRows(window.rows.slice(0, end - at), this.#options.columns));
      at += window.rows.length;
    }
    return rows;
  }

  async #fetch(): Promise<void> {
    const missing = this.#missing();
    if (!missing || this.#isAsking || this.#error) return;
    const generation = this.#generation;
    this.#isAsking = true;
    const { first, count } = missing;
    try {
      const window = await this.#options.ask(first * PAGE_ROWS, count * PAGE_ROWS);
      if (generation !== this.#generation) return;
      this.#put(first, count, window);
    } catch (cause) {
      if (generation !== this.#generation || cause instanceof TableGone) return;
      this.#error = cause as Error;
    }
    this.#isAsking = false;
    this.#options.onChange();
    void this.#fetch();
  }

  #put(first: number, count: number, { rows, total }: RowWindow): void {
    this.#total = readCount(total);
    this.#isTotalKnown = true;
    const clean = readRows(rows.slice(0, count * PAGE_ROWS), this.#options.columns);
    // Pages that came short are kept as they are: asking for them again would not fill them.
    for (let page = 0; page < count; page++) {
      const at = page * PAGE_ROWS;
      this.#pages.delete(first + page);
      this.#pages.set(first + page, clean.slice(at, at + PAGE_ROWS));
    }
    for (const page of this.#pages.keys()) {
      if (this.#pages.size <= KEPT_PAGES) break;
      this.#pages.delete(page);
    }
  }

  /** The pages to ask for in one request: from the first that is not here to the last, within the limit. */
  #missing(): { first: number; count: number } | null {
    if (!this.#wanted) return null;
    const from = Math.floor(this.#wanted.first / PAGE_ROWS);
    const to = Math.floor(this.#wanted.last / PAGE_ROWS);
    const absent: number[] = [];
    for (let page = from; page <= to && absent.length * PAGE_ROWS < MAX_WINDOW_ROWS; page++) {
      const rows = this.#pages.get(page);
      if (!rows) absent.push(page);
      else {
        this.#pages.delete(page);
        this.#pages.set(page, rows);
      }
    }
    if (absent.length === 0) return null;
    const first = absent[0]!;
    const count = Math.min(absent.at(-1)! - first + 1, Math.floor(MAX_WINDOW_ROWS / PAGE_ROWS));
    return { first, count };
  }
}

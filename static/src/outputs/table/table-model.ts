/** One table as it is looked at: its rows, their order and filters, and whether a kernel still holds all of them. */
import type { TableFilter, TableOutput, TableProfile, TableSort } from "../../contracts/generated.ts";
import type { CommChannel } from "../output.ts";
import { counted } from "./cell-text.ts";
import { RowPages } from "./row-pages.ts";
import { TableGone, TableLink } from "./table-link.ts";

/** Sorting by more has no use that anybody would see. */
const MAX_SORTS = 3;

export class TableModel {
  readonly table: TableOutput;
  readonly pages: RowPages;
  readonly #link: TableLink | null;
  readonly #listeners = new Set<() => void>();
  #sort: TableSort[] = [];
  #filters: TableFilter[] = [];
  #isKernelBusy: boolean;
  #awaited = 0;

  /** Without `channel` only the preview is there. */
  constructor(table: TableOutput, channel: CommChannel | null, signal?: AbortSignal) {
    this.table = table;
    this.#link =
      channel && !table.is_arriving
        ? new TableLink(channel, table.table_id, () => this.#becomePreview(), signal)
        : null;
    this.pages = new RowPages(table.preview, this.isLive ? table.rows : table.preview.length, {
      columns: table.columns.length,
      ask: (offset, limit) => this.#ask({ kind: "ask_window", offset, limit, ...this.#view }),
      onChange: () => this.#tell(),
    });
    this.#isKernelBusy = channel?.state?.kind === "busy";
    channel?.onState?.(({ kind }) => {
      this.#isKernelBusy = kind === "busy";
      this.#tell();
    }, signal);
    signal?.addEventListener("abort", () => this.pages.stop(), { once: true });
  }

  /** Whether the kernel can be asked. */
  get isLive(): boolean {
    return this.#link?.isOpen ?? false;
  }

  get sort(): readonly TableSort[] {
    return this.#sort;
  }

  get filters(): readonly TableFilter[] {
    return this.#filters;
  }

  /** What to say above rows that are not all; empty when nothing is missing. */
  get previewWords(): string {
    const { rows, preview, is_arriving } = this.table;
    if (is_arriving) return `The first ${counted(preview.length, "row")}, seen before the others had come.`;
    if (this.isLive || preview.length >= rows) return "";
    return `The first ${preview.length.toLocaleString("en")} of ${counted(rows, "row")}. Run the cell to see all.`;
  }

  /** What to say while something was asked for and Python has a cell to run first; else empty. */
  get busyWords(): string {
    if (!this.#isKernelBusy || this.#awaited === 0) return "";
    return "Python is running a cell: what is missing here comes when that is done.";
  }

  /** What to say where no row is. */
  get emptyWords(): string {
    if (!this.pages.isTotalKnown) return this.busyWords || "Asking the kernel…";
    return this.#filters.length > 0 ? "No row passes the filters." : "This table has no rows.";
  }

  /** Why the rows cannot be ordered or filtered. */
  readonly offWords =
    "Sort, filters and profiles need the kernel that made this table: run the cell to use them.";

  listen(listener: () => void): void {
    this.#listeners.add(listener);
  }

  sortOf(column: number): TableSort | undefined {
    return this.#sort.find((each) => each.column === column);
  }

  /** Ascending, then descending, then as it came; `isAdded` keeps the other columns' order before it. */
  turnSort(column: number, isAdded: boolean): void {
    const now = this.sortOf(column);
    const next = !now ? { column, descending: false } : now.descending ? null : { column, descending: true };
    this.setSort(column, next, isAdded);
  }

  setSort(column: number, sort: TableSort | null, isAdded = false): void {
    if (!this.isLive) return;
    const others = isAdded ? this.#sort.filter((each) => each.column !== column) : [];
    this.#sort = [...others.slice(0, MAX_SORTS - 1), ...(sort ? [sort] : [])];
    this.pages.reset();
    this.#tell();
  }

  filterOf(column: number): TableFilter | undefined {
    return this.#filters.find((each) => each.column === column);
  }

  setFilter(column: number, filter: TableFilter | null): void {
    if (!this.isLive) return;
    this.#filters = [...this.#filters.filter((each) => each.column !== column), ...(filter ? [filter] : [])];
    this.pages.reset();
    this.#tell();
  }

  clearFilters(): void {
    if (!this.isLive || this.#filters.length === 0) return;
    this.#filters = [];
    this.pages.reset();
    this.#tell();
  }

  profile(column: number): Promise<TableProfile> {
    return this.#ask({ kind: "ask_profile", column, filters: this.#filters });
  }

  export(format: "csv" | "parquet"): Promise<{ name: string; body: Uint8Array }> {
    if (!this.#link) return Promise.reject(new TableGone());
    return this.#follow(this.#link.export({ kind: "ask_export", format, ...this.#view }));
  }

  get #view() {
    return { sort: this.#sort, filters: this.#filters };
  }

  #ask: TableLink["ask"] = (question) =>
    this.#link ? this.#follow(this.#link.ask(question)) : Promise.reject(new TableGone());

  /** Counts what is on its way. */
  async #follow<Answer>(answer: Promise<Answer>): Promise<Answer> {
    this.#awaited++;
    if (this.#isKernelBusy) this.#tell();
    try {
      return await answer;
    } finally {
      this.#awaited--;
      if (this.#isKernelBusy) this.#tell();
    }
  }

  /** The kernel is gone: what remains is what the document holds. */
  #becomePreview(): void {
    this.#sort = [];
    this.#filters = [];
    this.pages.restore(this.table.preview, this.table.preview.length);
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

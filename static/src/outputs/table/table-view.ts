/** A table as a whole: the tabs, the grid, the chart, and the lines that say what it is and what holds. */
import { MAX_CELL_CHARACTERS, type TableOutput } from "../../contracts/generated.ts";
import type { CommChannel } from "../output.ts";
import { saveFile } from "../save-file.ts";
import { bounds, type Place } from "./cell-range.ts";
import { counted, wholeText } from "./cell-text.ts";
import { ChartTab } from "./chart/chart-tab.ts";
import { columnPanel } from "./column-panel.ts";
import { button, element } from "./elements.ts";
import { wordsOf } from "./failure.ts";
import { filterWords } from "./filter-form.ts";
import { Grid } from "./grid.ts";
import { keptWithin, listenToGrid } from "./grid-input.ts";
import { Popover } from "./popover.ts";
import { sourceLine } from "./source-line.ts";
import { TableModel } from "./table-model.ts";
import { tabs } from "./tabs.ts";
import { tsv } from "./tsv.ts";

/** What a clipboard and a spreadsheet take without a pause; a file is better for more. */
const MAX_COPIED_CELLS = 200_000;

export class TableView {
  readonly element = element("div", { class: "table" });
  readonly #model: TableModel;
  readonly #grid: Grid;
  readonly #chart: ChartTab;
  readonly #popover = new Popover();
  readonly #notice = element("div", { class: "notice", role: "status" });
  readonly #chips = element("div", { class: "chips", role: "group", "aria-label": "Filters" });
  readonly #status = element("div", { class: "said", role: "status" });
  readonly #exports: HTMLButtonElement[];
  #isChartOpen = false;
  /** What order and filters the chart and the scroll position are of. */
  #shownView = "";

  constructor(table: TableOutput, channel: CommChannel | null, signal?: AbortSignal) {
    this.#model = new TableModel(table, channel, signal);
    const sort = (column: number, isAdded: boolean) => this.#sort(column, isAdded);
    const open = (column: number) => this.#openColumn(column);
    const resize = (column: number, width: number) => this.#grid.resizeColumn(column, width);
    this.#grid = new Grid(this.#model, { sort, open, resize }, signal);
    this.#grid.element.setAttribute("aria-label", table.variable ? `Table ${table.variable}` : "Table");
    listenToGrid(this.#grid, () => this.#model.pages.total, {
      openCell: (place) => this.#openCell(place),
      openColumn: open,
      sort,
      copy: () => void this.#copy(),
    });
    this.#chart = new ChartTab(this.#model, signal);
    this.#exports = (["csv", "parquet"] as const).map((format) =>
      button(format === "csv" ? "CSV" : "Parquet", () => void this.#export(format), {
        class: "tool",
        "aria-label": `Download as ${format === "csv" ? "CSV" : "Parquet"}`,
      }),
    );
    const tools = element("div", { class: "tools" }, ...this.#exports);
    const { list, panels } = tabs(
      [
        ["Table", element("div", {}, this.#chips, this.#grid.element)],
        ["Chart", this.#chart.element],
      ],
      (shown) => this.#showTab(shown),
    );
    const bar = element("div", { class: "bar" }, list, tools);
    const foot = element("div", { class: "foot" }, sourceLine(table, signal), this.#status);
    this.element.append(bar, this.#notice, ...panels, foot, this.#popover.element);
    this.#model.listen(() => this.#update());
    this.#shownView = this.#view;
    this.#update();
  }

  get #view(): string {
    return JSON.stringify([this.#model.sort, this.#model.filters, this.#model.isLive]);
  }

  #update(): void {
    const { pages, isLive } = this.#model;
    if (this.#shownView !== this.#view) {
      this.#shownView = this.#view;
      this.#grid.toTop();
      if (this.#isChartOpen) void this.#chart.load();
    }
    for (const each of this.#exports) {
      each.disabled = !isLive;
      each.title = isLive ? "The rows as they are sorted and filtered" : "Run the cell to download the table";
    }
    this.#drawNotice();
    this.#drawChips();
    this.#grid.refresh();
    if (pages.isTotalKnown) {
      const kept = keptWithin(this.#grid.selection, pages.total, this.#grid.columns);
      this.#grid.select(kept);
    }
  }

  #drawNotice(): void {
    const { pages, previewWords, busyWords } = this.#model;
    const parts: (Node | string)[] = [];
    if (busyWords) parts.push(busyWords);
    else if (pages.error) {
      const again = button("Try again", () => pages.retry(), { class: "tool" });
      parts.push(element("span", { class: "failure" }, wordsOf(pages.error)), again);
    } else if (previewWords) parts.push(previewWords);
    this.#notice.replaceChildren(...parts);
    this.#notice.hidden = parts.length === 0;
  }

  #drawChips(): void {
    const { filters, pages, table } = this.#model;
    this.#chips.hidden = filters.length === 0;
    if (filters.length === 0) return;
    const chips = filters.map((filter) => {
      const words = filterWords(filter, table.columns[filter.column]!);
      return button(`${words} ×`, () => this.#model.setFilter(filter.column, null), {
        class: "chip",
        "aria-label": `Remove filter: ${words}`,
      });
    });
    const passed = `${pages.total.toLocaleString("en")} of ${counted(table.rows, "row")}`;
    this.#chips.replaceChildren(
      ...chips,
      element("span", { role: "status" }, pages.isTotalKnown ? passed : "…"),
    );
  }

  #sort(column: number, isAdded: boolean): void {
    if (!this.#model.isLive) {
      this.#say(this.#model.offWords);
      return;
    }
    this.#model.turnSort(column, isAdded);
    const sort = this.#model.sortOf(column);
    const name = this.#model.table.columns[column]!.name;
    const order = sort ? `sorted ${sort.descending ? "descending" : "ascending"}` : "not sorted";
    this.#say(`${name}: ${order}.`);
  }

  #openColumn(column: number): void {
    this.#grid.reveal({ row: -1, column });
    const { name } = this.#model.table.columns[column]!;
    const panel = columnPanel(this.#model, column, () => this.#popover.close());
    const anchor = this.#grid.headerElement(column) ?? this.#grid.element;
    this.#popover.open(`Column ${name}`, panel, anchor, this.#grid.element);
  }

  #openCell({ row, column }: Place): void {
    const values = this.#model.pages.row(row);
    if (!values) return;
    this.#grid.reveal({ row, column });
    const value = values[column] ?? null;
    const text = wholeText(value);
    const { name } = this.#model.table.columns[column]!;
    const label = `${name}, row ${(row + 1).toLocaleString("en")}`;
    const body = element(
      "pre",
      { class: value === null ? "missing" : "", tabindex: 0 },
      value === null ? "null" : text,
    );
    const copy = button("Copy", () => void this.#write(text, "Copied the cell."), {
      class: "tool",
      autofocus: true,
    });
    const panel = element("div", { class: "cell-panel" }, element("h3", {}, label), body, copy);
    if (text.length >= MAX_CELL_CHARACTERS && text.endsWith("…"))
      panel.append(
        element("p", { class: "soft" }, "The text is longer than the page is given: Python has all of it."),
      );
    this.#popover.open(label, panel, this.#grid.activeElement ?? this.#grid.element, this.#grid.element);
  }

  async #copy(): Promise<void> {
    const { total } = this.#model.pages;
    const { firstRow, lastRow, firstColumn, lastColumn } = bounds(this.#grid.selection, this.#grid.columns);
    if (firstRow < 0)
      return this.#write(this.#model.table.columns[firstColumn]!.name, "Copied the column's name.");
    const rows = Math.min(lastRow, total - 1) - firstRow + 1;
    const columns = lastColumn - firstColumn + 1;
    if (rows <= 0) return;
    if (rows * columns > MAX_COPIED_CELLS) {
      const limit = MAX_COPIED_CELLS.toLocaleString("en");
      return this.#say(`Not copied: at most ${limit} cells fit the clipboard. Download the table instead.`);
    }
    try {
      const read = await this.#model.pages.read(firstRow, rows);
      const text = tsv(read.map((row) => row.slice(firstColumn, lastColumn + 1)));
      await this.#write(text, `Copied ${counted(read.length, "row")} × ${counted(columns, "column")}.`);
    } catch (error) {
      this.#say(wordsOf(error as Error));
    }
  }

  async #write(text: string, words: string): Promise<void> {
    await navigator.clipboard.writeText(text).then(
      () => this.#say(words),
      () => this.#say("The browser does not allow copying."),
    );
  }

  async #export(format: "csv" | "parquet"): Promise<void> {
    this.#say("Writing the file…");
    try {
      const { name, body } = await this.#model.export(format);
      saveFile(name, new Uint8Array(body));
      this.#say(`${name} is downloaded.`);
    } catch (error) {
      this.#say(wordsOf(error as Error));
    }
  }

  #showTab(shown: number): void {
    const wasChartOpen = this.#isChartOpen;
    this.#isChartOpen = shown === 1;
    if (this.#isChartOpen && !wasChartOpen) void this.#chart.load();
    if (!this.#isChartOpen) this.#grid.refresh();
  }

  #say(words: string): void {
    this.#status.textContent = words;
  }
}

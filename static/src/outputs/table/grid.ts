/** The grid: only the rows and columns in sight are in the page, whatever the table's size. */
import type { Json } from "../output.ts";
import { bounds, type CellRange, holds, type Place } from "./cell-range.ts";
import { isNumeric, lineText } from "./cell-text.ts";
import { ColumnWidths } from "./column-widths.ts";
import { element } from "./elements.ts";
import { type HeaderActions, headerCell } from "./header-cell.ts";
import { ScrollRange } from "./scroll-range.ts";
import type { TableModel } from "./table-model.ts";

const HEADER_HEIGHT = 44;
const MAX_SHOWN_ROWS = 13;
/** Rows asked for beyond those in sight. */
const AHEAD = 100;
const IDLE_MILLISECONDS = 150;
/** The id of the active cell, within the table's own shadow root. */
const ACTIVE = "active-cell";

export class Grid {
  readonly element: HTMLElement;
  readonly range: ScrollRange;
  readonly #model: TableModel;
  readonly #actions: HeaderActions;
  readonly #widths: ColumnWidths;
  readonly #content = element("div", { class: "grid-content", role: "presentation" });
  readonly #head = element("div", { class: "grid-head", role: "rowgroup" });
  readonly #body = element("div", { class: "grid-body", role: "rowgroup" });
  readonly #empty = element("p", { class: "grid-empty" });
  readonly #shown = new Map<number, { row: HTMLElement; values: Json[] | null }>();
  /** What the rows in the page were laid out for, and what the header shows. */
  #layout = "";
  #headShows = "";
  #selection: CellRange;
  #frame = 0;
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor(model: TableModel, actions: HeaderActions, signal?: AbortSignal) {
    this.#model = model;
    this.#actions = actions;
    const { columns, preview } = model.table;
    this.#widths = new ColumnWidths(columns, preview);
    this.range = new ScrollRange(matchMedia("(pointer: coarse)").matches ? 36 : 28);
    this.#selection = { anchor: { row: 0, column: 0 }, active: { row: 0, column: 0 }, isRows: false };
    this.element = element("div", {
      class: "grid",
      role: "grid",
      tabindex: 0,
      "aria-multiselectable": "true",
      "aria-colcount": columns.length + 1,
    });
    this.#content.append(this.#head, this.#body);
    this.element.append(this.#content, this.#empty);
    this.element.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    const size = new ResizeObserver(() => this.refresh());
    size.observe(this.element);
    signal?.addEventListener("abort", () => size.disconnect(), { once: true });
  }

  get selection(): CellRange {
    return this.#selection;
  }

  get columns(): number {
    return this.#model.table.columns.length;
  }

  /** What stays chosen when rows went away is the nearest. */
  select(selection: CellRange): void {
    this.#selection = selection;
    this.#draw();
  }

  resizeColumn(column: number, width: number): void {
    this.#widths.set(column, width);
    this.refresh();
  }

  widthOf(column: number): number {
    return this.#widths.of(column);
  }

  /** Brings a cell into view, moving as little as that takes. */
  reveal({ row, column }: Place): void {
    if (row >= 0) {
      this.range.reveal(row);
      this.#placeScrollBar();
    }
    const { element: scroller } = this;
    const left = this.#widths.left(column);
    const inside = scroller.clientWidth - this.#numberWidth;
    if (left < scroller.scrollLeft) scroller.scrollLeft = left;
    else if (left + this.#widths.of(column) > scroller.scrollLeft + inside)
      scroller.scrollLeft = Math.min(left, left + this.#widths.of(column) - inside);
    this.#draw();
  }

  toTop(): void {
    this.range.scrolled(0);
    this.element.scrollTop = 0;
  }

  /** The active cell's element, while it is in sight. */
  get activeElement(): HTMLElement | null {
    return this.#content.querySelector<HTMLElement>(`#${ACTIVE}`);
  }

  headerElement(column: number): HTMLElement | null {
    return this.#head.querySelector<HTMLElement>(`[data-column="${column}"]`);
  }

  /** Everything anew: rows came, the order changed, the width of something. */
  refresh(): void {
    const { total } = this.#model.pages;
    const { rowHeight } = this.range;
    const rows = Math.min(Math.max(total, 2), MAX_SHOWN_ROWS);
    const height = rows * rowHeight;
    this.element.style.setProperty("--rows-height", `${height}px`);
    this.element.style.setProperty("--row-height", `${rowHeight}px`);
    this.element.style.setProperty("--number-width", `${this.#numberWidth}px`);
    // A scroll bar below takes its height from the rows.
    const viewport = Math.max(rowHeight, this.element.clientHeight - HEADER_HEIGHT);
    this.range.resize(total, viewport);
    this.#content.style.width = `${this.#numberWidth + this.#widths.total}px`;
    this.#content.style.height = `${HEADER_HEIGHT + Math.max(this.range.height, viewport)}px`;
    this.#body.style.height = `${viewport}px`;
    this.element.setAttribute("aria-rowcount", String(total + 1));
    this.element.setAttribute("aria-busy", String(!this.#model.pages.isTotalKnown));
    this.#empty.textContent = this.#model.emptyWords;
    this.#empty.hidden = total > 0;
    this.#draw();
  }

  get #numberWidth(): number {
    return 20 + 8 * String(Math.max(this.#model.pages.total, 10)).length;
  }

  #scrolled(): void {
    this.range.scrolled(this.element.scrollTop);
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#placeScrollBar(), IDLE_MILLISECONDS);
  }

  #placeScrollBar(): void {
    const { range, element: scroller } = this;
    if (Math.abs(scroller.scrollTop - range.scrollTop) < 1) return;
    scroller.scrollTop = range.scrollTop;
    range.placed(scroller.scrollTop);
  }

  #draw(): void {
    const { range, element: scroller } = this;
    const { scrollLeft, clientWidth } = scroller;
    const seen = this.#widths.between(scrollLeft, scrollLeft + clientWidth);
    this.#layOut(seen);
    const { firstRow, lastRow } = range;
    for (const [index, { row, values }] of this.#shown) {
      if (index >= firstRow && index <= lastRow && values === this.#model.pages.row(index)) continue;
      row.remove();
      this.#shown.delete(index);
    }
    for (let index = firstRow; index <= lastRow; index++) {
      const values = this.#model.pages.row(index);
      if (!this.#shown.has(index)) {
        const row = this.#row(index, values, seen);
        this.#shown.set(index, { row, values });
        this.#body.append(row);
      }
      this.#shown.get(index)!.row.style.transform = `translateY(${index * range.rowHeight - range.top}px)`;
    }
    this.#paintSelection();
    this.#model.pages.want(firstRow - AHEAD, lastRow + AHEAD);
  }

  /** What is drawn stays while it is right: a header that is being clicked must not go away. */
  #layOut(seen: { first: number; last: number }): void {
    const { sort, filters } = this.#model;
    const layout = `${seen.first}-${seen.last} ${this.#numberWidth} ${this.#widths.version}`;
    if (layout !== this.#layout) {
      for (const { row } of this.#shown.values()) row.remove();
      this.#shown.clear();
      this.#layout = layout;
    }
    const headShows = layout + JSON.stringify([sort, filters]);
    if (headShows === this.#headShows) return;
    this.#headShows = headShows;
    this.#drawHead(seen);
  }

  #drawHead({ first, last }: { first: number; last: number }): void {
    const { table, sort } = this.#model;
    const row = element("div", { class: "row", role: "row", "aria-rowindex": 1 });
    row.append(
      element("div", {
        class: "row-number",
        role: "columnheader",
        "aria-colindex": 1,
        "aria-label": "Row number",
      }),
    );
    for (let index = first; index <= last; index++) {
      const cell = headerCell(
        {
          column: table.columns[index]!,
          index,
          sort: this.#model.sortOf(index),
          sortPlace: sort.length > 1 ? sort.findIndex(({ column }) => column === index) + 1 : 0,
          isFiltered: this.#model.filterOf(index) !== undefined,
        },
        this.#widths.of(index),
        this.#actions,
      );
      this.#place(cell, -1, index);
      row.append(cell);
    }
    this.#head.replaceChildren(row);
  }

  #row(index: number, values: Json[] | null, seen: { first: number; last: number }): HTMLElement {
    const { columns } = this.#model.table;
    const row = element("div", {
      class: values ? "row" : "row waiting",
      role: "row",
      "aria-rowindex": index + 2,
    });
    const number = element(
      "div",
      { class: "row-number", role: "rowheader", "aria-colindex": 1, "data-row": index },
      (index + 1).toLocaleString("en"),
    );
    row.append(number);
    for (let column = seen.first; column <= seen.last; column++) {
      const cell = element("div", { class: "cell", role: "gridcell", "aria-colindex": column + 2 });
      if (isNumeric(columns[column]!.kind)) cell.classList.add("number");
      if (values) fill(cell, values[column]!);
      else cell.setAttribute("aria-label", "Loading");
      this.#place(cell, index, column);
      row.append(cell);
    }
    return row;
  }

  #place(cell: HTMLElement, row: number, column: number): void {
    cell.dataset["row"] = String(row);
    cell.dataset["column"] = String(column);
    cell.style.left = `${this.#numberWidth + this.#widths.left(column)}px`;
    cell.style.width = `${this.#widths.of(column)}px`;
  }

  #paintSelection(): void {
    const { active, anchor, isRows } = this.#selection;
    const isOne = active.row === anchor.row && active.column === anchor.column && !isRows;
    const chosen = bounds(this.#selection, this.columns);
    for (const cell of this.#content.querySelectorAll<HTMLElement>(".cell")) {
      const place = placeOf(cell)!;
      const isActive = place.row === active.row && place.column === active.column;
      const isChosen = holds(this.#selection, place, this.columns);
      cell.classList.toggle("active", isActive);
      cell.classList.toggle("chosen", isChosen && !isOne);
      if (isActive) cell.id = ACTIVE;
      else cell.removeAttribute("id");
      if (place.row >= 0) cell.setAttribute("aria-selected", String(isChosen));
    }
    for (const [index, { row }] of this.#shown)
      row.classList.toggle("chosen-row", isRows && index >= chosen.firstRow && index <= chosen.lastRow);
    if (this.activeElement) this.element.setAttribute("aria-activedescendant", ACTIVE);
    else this.element.removeAttribute("aria-activedescendant");
  }
}

/** The row and column of a cell; of a row's number, its first column. */
export function placeOf(target: EventTarget | null): Place | null {
  const cell = target instanceof Element ? target.closest<HTMLElement>("[data-row]") : null;
  return cell ? { row: Number(cell.dataset["row"]), column: Number(cell.dataset["column"] ?? 0) } : null;
}

function fill(cell: HTMLElement, value: Json): void {
  if (value === null) {
    cell.classList.add("missing");
    cell.setAttribute("aria-label", "missing");
  }
  cell.textContent = value === null ? "null" : lineText(value);
}

/** The chart beside the table: which columns, drawn how, from which rows. */
import type { Json } from "../../output.ts";
import { isNumeric } from "../cell-text.ts";
import { choice, element } from "../elements.ts";
import { wordsOf } from "../failure.ts";
import type { TableModel } from "../table-model.ts";
import {
  type Chart,
  type ChartChoice,
  type ChartKind,
  chartOf,
  defaultChoice,
  type Measure,
} from "./chart-data.ts";
import { chartSvg, chartWords } from "./chart-svg.ts";
import { readSample, type Sample } from "./sample.ts";

const NONE = "";
const KINDS: readonly (readonly [ChartKind, string])[] = [
  ["bar", "Bars"],
  ["line", "Line"],
  ["scatter", "Points"],
  ["histogram", "Histogram"],
];
const MEASURES: readonly (readonly [Measure, string])[] = [
  ["mean", "mean"],
  ["sum", "sum"],
  ["count", "number of rows"],
];

export class ChartTab {
  readonly element = element("div", { class: "chart-tab" });
  readonly #model: TableModel;
  readonly #drawing = element("div", { class: "chart-drawing" });
  readonly #notes = element("p", { class: "chart-notes soft", role: "status" });
  #choice: ChartChoice;
  #sample: Sample | null = null;
  #reading: AbortController | null = null;
  #drawnWidth = 0;

  constructor(model: TableModel, signal?: AbortSignal) {
    this.#model = model;
    this.#choice = defaultChoice(model.table.columns);
    this.element.append(this.#controls(), this.#drawing, this.#notes);
    const size = new ResizeObserver(() => {
      if (Math.abs(this.#drawing.clientWidth - this.#drawnWidth) > 4) this.#draw();
    });
    size.observe(this.#drawing);
    signal?.addEventListener(
      "abort",
      () => {
        size.disconnect();
        this.#reading?.abort();
      },
      { once: true },
    );
  }

  /** Reads the rows as they are ordered and filtered now, and draws them. */
  async load(): Promise<void> {
    this.#reading?.abort();
    const reading = new AbortController();
    this.#reading = reading;
    this.#notes.textContent = "Reading rows…";
    const { pages } = this.#model;
    try {
      const sample = await readSample(
        (first, count) => pages.read(first, count),
        pages.total,
        reading.signal,
      );
      const preview =
        this.#model.previewWords && "Drawn from the preview. Run the cell to draw from all rows.";
      this.#sample = { ...sample, words: preview || sample.words };
      this.#draw();
    } catch (error) {
      if (reading.signal.aborted) return;
      this.#sample = null;
      this.#drawing.replaceChildren();
      this.#notes.textContent = wordsOf(error as Error);
    }
  }

  #draw(): void {
    const rows: readonly Json[][] | undefined = this.#sample?.rows;
    if (!rows) return;
    const chart = chartOf(rows, this.#model.table.columns, this.#choice);
    this.#drawnWidth = this.#drawing.clientWidth;
    const isEmpty = chart.series.length === 0;
    const title = `${KINDS.find(([kind]) => kind === chart.kind)![1]}: ${chart.yLabel} by ${chart.xLabel}`;
    const svg = isEmpty
      ? element("p", { class: "chart-empty soft" }, "No row has a value to draw.")
      : chartSvg(chart, this.#drawnWidth, title, chartWords(chart));
    this.#drawing.replaceChildren(svg, ...(chart.series.length > 1 ? [legend(chart)] : []));
    this.#notes.textContent = [this.#sample!.words, ...chart.notes].filter(Boolean).join(" ");
  }

  #controls(): HTMLElement {
    const { columns } = this.#model.table;
    const all = columns.map(({ name }, index) => [String(index), name || `column ${index + 1}`] as const);
    const numbers = all.filter((_, index) => isNumeric(columns[index]!.kind));
    const now = this.#choice;
    const none = [NONE, "none"] as const;
    const kind = choice("Draw", KINDS, now.kind);
    const x = choice("x", all, String(now.x));
    const measure = choice("Show", MEASURES, now.measure);
    const y = choice("of", numbers, now.y === null ? NONE : String(now.y));
    const colour = choice("Colour", [none, ...all], NONE);
    const row = element("div", { class: "chart-controls" }, kind.row, x.row, measure.row, y.row, colour.row);
    const read = () => {
      const chosen = kind.select.value as ChartKind;
      const isScatter = chosen === "scatter";
      measure.row.hidden = chosen === "histogram" || isScatter;
      const isCounted = chosen === "histogram" || (!isScatter && measure.select.value === "count");
      y.row.hidden = isCounted || numbers.length === 0;
      y.row.firstElementChild!.textContent = isScatter ? "y" : "of";
      this.#choice = {
        kind: chosen,
        x: Number(x.select.value),
        y: y.select.value === NONE ? null : Number(y.select.value),
        measure: isScatter ? "mean" : numbers.length === 0 ? "count" : (measure.select.value as Measure),
        colour: colour.select.value === NONE ? null : Number(colour.select.value),
      };
    };
    read();
    row.addEventListener("change", () => {
      read();
      this.#draw();
    });
    return row;
  }
}

function legend({ series }: Chart): HTMLElement {
  const items = series.map(({ name }, index) =>
    element("li", {}, element("span", { class: `swatch series-${index}`, "aria-hidden": "true" }), name),
  );
  return element("ul", { class: "legend", "aria-label": "Colours" }, ...items);
}

/** A chart as SVG: axes, marks, a legend; colours come from the style sheet. */
import { svgElement } from "../elements.ts";
import { type Chart, extremes, type Series } from "./chart-data.ts";
import { numberTicks, numberWords, type Tick, timeTicks } from "./ticks.ts";

const HEIGHT = 320;
const MARGIN = { top: 12, right: 16, bottom: 56, left: 64 };
const LABEL_WIDTH = 70;
const NAME_CHARACTERS = 12;
const DOT = 3;

interface Frame {
  chart: Chart;
  width: number;
  x(place: number): number;
  y(height: number): number;
  /** Pixels for one name. */
  band: number;
}

/** `title` names it, `words` describe it to who does not see it. */
export function chartSvg(chart: Chart, width: number, title: string, words: string): SVGSVGElement {
  const frame = frameOf(chart, Math.max(240, width));
  const svg = svgElement("svg", {
    class: "chart",
    role: "img",
    "aria-labelledby": "chart-title chart-words",
    viewBox: `0 0 ${frame.width} ${HEIGHT}`,
    height: HEIGHT,
  });
  svg.append(
    svgElement("title", { id: "chart-title" }, title),
    svgElement("desc", { id: "chart-words" }, words),
    axes(frame),
    marks(frame),
  );
  return svg;
}

/** Words for the chart: what is shown, from where to where. */
export function chartWords(chart: Chart): string {
  const heights = chart.series.flatMap(({ points }) => points.map(({ y }) => y));
  if (heights.length === 0) return "There is nothing to draw.";
  const [least, most] = span(heights);
  const series = chart.series.length > 1 ? `, in ${chart.series.length} colours` : "";
  return `${chart.yLabel} by ${chart.xLabel}${series}: ${heights.length} marks from ${numberWords(least)} to ${numberWords(most)}. The values are in the table.`;
}

function frameOf(chart: Chart, width: number): Frame {
  const inner = width - MARGIN.left - MARGIN.right;
  const [low, high] = heightSpan(chart);
  const y = (height: number) =>
    HEIGHT - MARGIN.bottom - ((height - low) / (high - low)) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  if (chart.names) {
    const band = inner / Math.max(1, chart.names.length);
    return { chart, width, y, band, x: (position) => MARGIN.left + (position + 0.5) * band };
  }
  const points = chart.series.flatMap((series) => series.points);
  const [least, most] = span(points.flatMap(({ x, width: wide = 0 }) => [x, x + wide]));
  const room = most > least ? most - least : 1;
  return { chart, width, y, band: 0, x: (place) => MARGIN.left + ((place - least) / room) * inner };
}

/** Bars stand on zero; lines and points use the height there is. */
function heightSpan({ kind, series, isStacked }: Chart): [number, number] {
  const sums = new Map<number, [number, number]>();
  for (const { points } of series) {
    for (const { x, y } of points) {
      const [below, above] = sums.get(x) ?? [0, 0];
      if (isStacked) sums.set(x, [below + Math.min(0, y), above + Math.max(0, y)]);
      else sums.set(x, [Math.min(below, y), Math.max(above, y)]);
    }
  }
  const isOnZero = kind === "bar" || kind === "histogram";
  const heights = isOnZero
    ? [...sums.values()].flat()
    : series.flatMap(({ points }) => points.map(({ y }) => y));
  const [least, most] = heights.length > 0 ? span(heights) : [0, 1];
  if (least === most) return isOnZero ? [Math.min(0, least), Math.max(0, most) || 1] : [least - 1, most + 1];
  const room = (most - least) * 0.05;
  return [least < 0 || !isOnZero ? least - room : 0, most + room];
}

function axes(frame: Frame): SVGGElement {
  const { chart, width, y } = frame;
  const group = svgElement("g", { class: "chart-axes", "aria-hidden": "true" });
  const [low, high] = heightSpan(chart);
  for (const { at, words } of numberTicks(low, high, 5)) {
    group.append(
      svgElement("line", {
        class: "chart-grid",
        x1: MARGIN.left,
        x2: width - MARGIN.right,
        y1: y(at),
        y2: y(at),
      }),
      svgElement("text", { x: MARGIN.left - 8, y: y(at) + 4, "text-anchor": "end" }, words),
    );
  }
  for (const { at, words } of xTicks(frame)) {
    const tick = svgElement(
      "text",
      { x: frame.x(at), y: HEIGHT - MARGIN.bottom + 18, "text-anchor": "middle" },
      short(words),
    );
    tick.append(svgElement("title", {}, words));
    group.append(tick);
  }
  const middle = (HEIGHT - MARGIN.bottom + MARGIN.top) / 2;
  group.append(
    svgElement("line", {
      class: "chart-base",
      x1: MARGIN.left,
      x2: width - MARGIN.right,
      y1: y(Math.max(low, 0)),
      y2: y(Math.max(low, 0)),
    }),
    svgElement(
      "text",
      {
        class: "chart-label",
        x: (MARGIN.left + width - MARGIN.right) / 2,
        y: HEIGHT - 10,
        "text-anchor": "middle",
      },
      chart.xLabel,
    ),
    svgElement(
      "text",
      {
        class: "chart-label",
        x: 0,
        y: 0,
        transform: `translate(14 ${middle}) rotate(-90)`,
        "text-anchor": "middle",
      },
      chart.yLabel,
    ),
  );
  return group;
}

function xTicks({ chart, width, band }: Frame): Tick[] {
  const wished = Math.max(2, Math.floor((width - MARGIN.left - MARGIN.right) / LABEL_WIDTH));
  if (chart.names) {
    const step = Math.max(1, Math.ceil(LABEL_WIDTH / band));
    return chart.names.flatMap((words, at) => (at % step === 0 ? [{ at, words }] : []));
  }
  const places = chart.series.flatMap(({ points }) =>
    points.flatMap(({ x, width: wide = 0 }) => [x, x + wide]),
  );
  if (places.length === 0) return [];
  const [least, most] = span(places);
  return chart.isTime ? timeTicks(least, most, wished) : numberTicks(least, most, wished);
}

function marks(frame: Frame): SVGGElement {
  const { chart } = frame;
  const group = svgElement("g", {});
  const stacks = new Map<string, number>();
  for (const [index, series] of chart.series.entries()) {
    const own = svgElement("g", { class: `series series-${index}` });
    if (chart.kind === "line") own.append(line(frame, series));
    else if (chart.kind === "scatter") own.append(...dots(frame, series));
    else own.append(...bars(frame, series, index, stacks));
    group.append(own);
  }
  return group;
}

function line(frame: Frame, { name, points }: Series): SVGElement {
  const [only] = points;
  if (points.length === 1 && only) return dot(frame, only, name);
  const path = points.map(
    ({ x, y }, index) => `${index === 0 ? "M" : "L"}${round(frame.x(x))} ${round(frame.y(y))}`,
  );
  return svgElement(
    "path",
    { class: "chart-line", d: path.join("") },
    svgElement("title", {}, name || frame.chart.yLabel),
  );
}

function dots(frame: Frame, { name, points }: Series): SVGElement[] {
  return points.map((point) => dot(frame, point, name));
}

function dot(frame: Frame, point: Series["points"][number], name: string): SVGElement {
  const place = { cx: round(frame.x(point.x)), cy: round(frame.y(point.y)), r: DOT };
  return svgElement("circle", place, svgElement("title", {}, pointWords(frame.chart, point, name)));
}

function bars(
  frame: Frame,
  { name, points }: Series,
  index: number,
  stacks: Map<string, number>,
): SVGElement[] {
  const { chart } = frame;
  const abreast = chart.isStacked ? 1 : chart.series.length;
  return points.map((point) => {
    const left = chart.names ? frame.x(point.x) - frame.band * 0.4 : frame.x(point.x);
    const whole = chart.names ? frame.band * 0.8 : frame.x(point.x + point.width!) - left - 1;
    const wide = whole / abreast;
    // What is negative is stacked downwards, on its own.
    const stack = `${Math.sign(point.y)} ${point.x}`;
    const base = chart.isStacked ? (stacks.get(stack) ?? 0) : 0;
    stacks.set(stack, base + point.y);
    const [from, to] = [frame.y(base), frame.y(base + point.y)];
    const box = {
      x: round(left + (chart.isStacked ? 0 : index * wide)),
      y: round(Math.min(from, to)),
      width: Math.max(1, round(wide)),
      height: Math.max(0.5, round(Math.abs(from - to))),
    };
    return svgElement("rect", box, svgElement("title", {}, pointWords(chart, point, name)));
  });
}

function pointWords(
  { names, isTime, yLabel }: Chart,
  { x, y, width }: Series["points"][number],
  series: string,
): string {
  const place = names ? names[x]! : placeWords(x, isTime);
  const range = width === undefined ? place : `${place} to ${placeWords(x + width, isTime)}`;
  return `${range}${series ? ` · ${series}` : ""} · ${yLabel}: ${y.toLocaleString("en", { maximumFractionDigits: 6 })}`;
}

function placeWords(place: number, isTime: boolean): string {
  if (!isTime) return place.toLocaleString("en", { maximumFractionDigits: 6, useGrouping: false });
  const date = new Date(place);
  return Number.isNaN(date.getTime())
    ? ""
    : date.toISOString().slice(0, 19).replace("T", " ").replace(" 00:00:00", "");
}

function span(values: readonly number[]): [number, number] {
  return values.length > 0 ? extremes(values) : [0, 1];
}

const short = (words: string) =>
  words.length > NAME_CHARACTERS ? `${words.slice(0, NAME_CHARACTERS - 1)}…` : words;
const round = (pixels: number) => Math.round(pixels * 10) / 10;

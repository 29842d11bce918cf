/** Rows as what a chart shows: series of points, on an axis of numbers, times or names. */
import type { TableColumn } from "../../../contracts/generated.ts";
import type { Json } from "../../output.ts";
import { type ColumnKind, counted, isNumeric, isTemporal, lineText, placeOf } from "../cell-text.ts";

export type ChartKind = "bar" | "line" | "scatter" | "histogram";
export type Measure = "count" | "sum" | "mean";

export interface ChartChoice {
  kind: ChartKind;
  x: number;
  /** Of numbers; not used when rows are counted. */
  y: number | null;
  measure: Measure;
  colour: number | null;
}

export interface Series {
  name: string;
  /** `x` is the position of a name, or a place on the axis; `width` is a bin's. */
  points: { x: number; y: number; width?: number }[];
}

export interface Chart {
  kind: ChartKind;
  /** Null when the axis is one of numbers or times. */
  names: string[] | null;
  isTime: boolean;
  isStacked: boolean;
  series: Series[];
  xLabel: string;
  yLabel: string;
  /** What is not shown, and why. */
  notes: string[];
}

export const MAX_NAMES = 30;
export const MAX_SERIES = 8;
const OTHER = "other";
const BINS = 30;
/** A line through more places than this is a scribble. */
const MAX_PLACES = 300;
const PLACES_TAKEN_TOGETHER = 150;
const MAX_POINTS = 3_000;

/** Time and a number make a line, names and a number bars, two numbers points, one number its spread. */
export function defaultChoice(columns: readonly TableColumn[]): ChartChoice {
  const first = (is: (kind: ColumnKind) => boolean) => {
    const index = columns.findIndex(({ kind }) => is(kind));
    return index < 0 ? null : index;
  };
  const numbers = columns.flatMap(({ kind }, index) => (isNumeric(kind) ? [index] : []));
  const [time, name] = [first(isTemporal), first((kind) => kind === "text" || kind === "boolean")];
  const y = numbers.find((index) => !isKey(columns[index]!)) ?? numbers[0] ?? null;
  const none = { colour: null, y, measure: "mean" as const };
  if (y === null) return { ...none, kind: "bar", x: name ?? time ?? 0, measure: "count" };
  if (time !== null) return { ...none, kind: "line", x: time };
  if (name !== null) return { ...none, kind: "bar", x: name };
  const other = numbers.find((index) => index !== y);
  if (other !== undefined) return { ...none, kind: "scatter", x: other };
  return { ...none, kind: "histogram", x: y, measure: "count" };
}

/** A number that names its row is no quantity. */
function isKey({ name }: TableColumn): boolean {
  return /^id$|_id$|Id$/.test(name);
}

export function chartOf(
  rows: readonly Json[][],
  columns: readonly TableColumn[],
  choice: ChartChoice,
): Chart {
  const x = columns[choice.x]!;
  const isCount = choice.measure === "count" || choice.kind === "histogram";
  const y = isCount || choice.y === null ? null : columns[choice.y]!;
  const points: Point[] = [];
  for (const row of rows) {
    const value = row[choice.x] ?? null;
    const place = isNumeric(x.kind) || isTemporal(x.kind) ? placeOf(value, x.kind) : null;
    const height = y ? placeOf(row[choice.y!] ?? null, y.kind) : 1;
    const isNamed = !isNumeric(x.kind) && !isTemporal(x.kind);
    if (value === null || height === null || (place === null && !isNamed)) continue;
    const series = choice.colour === null ? "" : lineText(row[choice.colour] ?? null) || "null";
    points.push({ name: lineText(value), place, height, series });
  }
  const left = rows.length - points.length;
  const notes =
    left > 0 ? [`${counted(left, "row")} without a value ${left === 1 ? "is" : "are"} left out.`] : [];
  const drawn = keepSeries(points, notes);
  const yLabel = y ? (choice.kind === "scatter" ? y.name : `${choice.measure} of ${y.name}`) : "rows";
  const common = {
    kind: choice.kind,
    xLabel: x.name,
    yLabel,
    isTime: isTemporal(x.kind),
    isStacked: false,
    notes,
  };
  const isPlaced = isNumeric(x.kind) || isTemporal(x.kind);
  if (choice.kind === "histogram" && isPlaced)
    return { ...common, names: null, isStacked: true, series: binned(drawn) };
  if (choice.kind === "scatter" && isPlaced)
    return { ...common, names: null, series: scattered(drawn, notes) };
  if (choice.kind === "line" && isPlaced)
    return { ...common, names: null, series: joined(drawn, choice.measure, notes) };
  const names = namesOf(drawn, isPlaced, notes);
  const kind = choice.kind === "histogram" ? "bar" : choice.kind;
  const series = choice.kind === "scatter" ? onNames(drawn, names) : perName(drawn, names, choice.measure);
  return {
    ...common,
    kind,
    names,
    isStacked: kind === "bar" && (isCount || choice.measure === "sum"),
    series,
  };
}

interface Point {
  name: string;
  place: number | null;
  height: number;
  series: string;
}

/** The series with the most rows; all further ones are one. */
function keepSeries(points: Point[], notes: string[]): Point[] {
  const kept = mostFrequent(
    points.map(({ series }) => series),
    MAX_SERIES,
  );
  const all = new Set(points.map(({ series }) => series)).size;
  if (all <= kept.size) return points;
  notes.push(`${all - kept.size} of ${all} colours are drawn as one, “${OTHER}”.`);
  return points.map((point) => (kept.has(point.series) ? point : { ...point, series: OTHER }));
}

function namesOf(points: readonly Point[], isPlaced: boolean, notes: string[]): string[] {
  const places = new Map(points.map(({ name, place }) => [name, place]));
  const kept = mostFrequent(
    points.map(({ name }) => name),
    MAX_NAMES,
  );
  if (places.size > kept.size)
    notes.push(`The ${kept.size} most frequent of ${places.size} values are shown.`);
  const names = [...places.keys()].filter((name) => kept.has(name));
  return isPlaced ? names.sort((a, b) => places.get(a)! - places.get(b)!) : names;
}

function mostFrequent(values: readonly string[], limit: number): Set<string> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const ranked = [...counts].sort(([, a], [, b]) => b - a).slice(0, limit);
  return new Set(ranked.map(([value]) => value));
}

/** The points of each series, series in order of their names and the rest last. */
function bySeries(points: readonly Point[]): [string, Point[]][] {
  const groups = new Map<string, Point[]>();
  for (const point of points) {
    const group = groups.get(point.series);
    if (group) group.push(point);
    else groups.set(point.series, [point]);
  }
  const rank = (name: string) => (name === OTHER ? 1 : 0);
  return [...groups].sort(([a], [b]) => rank(a) - rank(b) || a.localeCompare(b, "en", { numeric: true }));
}

function measured(heights: readonly number[], measure: Measure): number {
  if (measure === "count") return heights.length;
  const sum = heights.reduce((total, height) => total + height, 0);
  return measure === "sum" ? sum : sum / heights.length;
}

function grouped<Key>(points: readonly Point[], key: (point: Point) => Key): Map<Key, number[]> {
  const groups = new Map<Key, number[]>();
  for (const point of points) {
    const group = groups.get(key(point));
    if (group) group.push(point.height);
    else groups.set(key(point), [point.height]);
  }
  return groups;
}

function perName(points: readonly Point[], names: readonly string[], measure: Measure): Series[] {
  const positions = new Map(names.map((name, index) => [name, index]));
  return bySeries(points).map(([name, group]) => ({
    name,
    points: [...grouped(group, (point) => positions.get(point.name))]
      .flatMap(([x, heights]) => (x === undefined ? [] : [{ x, y: measured(heights, measure) }]))
      .sort((a, b) => a.x - b.x),
  }));
}

function onNames(points: readonly Point[], names: readonly string[]): Series[] {
  const positions = new Map(names.map((name, index) => [name, index]));
  return bySeries(points).map(([name, group]) => ({
    name,
    points: group.flatMap((point) => {
      const x = positions.get(point.name);
      return x === undefined ? [] : [{ x, y: point.height }];
    }),
  }));
}

function joined(points: readonly Point[], measure: Measure, notes: string[]): Series[] {
  const places = new Set(points.map(({ place }) => place!));
  const [least, most] = extremes(places);
  const width = (most - least) / PLACES_TAKEN_TOGETHER;
  const isCrowded = places.size > MAX_PLACES;
  if (isCrowded) notes.push(`What lies close together is drawn as one: the ${measure} of it.`);
  const near = (place: number) =>
    least + (Math.min(PLACES_TAKEN_TOGETHER - 1, Math.floor((place - least) / width)) + 0.5) * width;
  return bySeries(points).map(([name, group]) => ({
    name,
    points: [...grouped(group, ({ place }) => (isCrowded ? near(place!) : place!))]
      .map(([x, heights]) => ({ x, y: measured(heights, measure) }))
      .sort((a, b) => a.x - b.x),
  }));
}

function scattered(points: readonly Point[], notes: string[]): Series[] {
  const step = Math.ceil(points.length / MAX_POINTS);
  const shown = step > 1 ? points.filter((_, index) => index % step === 0) : points;
  if (step > 1)
    notes.push(`${shown.length.toLocaleString("en")} of ${counted(points.length, "point")} are drawn.`);
  return bySeries(shown).map(([name, group]) => ({
    name,
    points: group.map(({ place, height }) => ({ x: place!, y: height })),
  }));
}

function binned(points: readonly Point[]): Series[] {
  const [least, most] = extremes(points.map(({ place }) => place!));
  const width = most > least ? (most - least) / BINS : 1;
  return bySeries(points).map(([name, group]) => ({
    name,
    points: [...grouped(group, ({ place }) => Math.min(BINS - 1, Math.floor((place! - least) / width)))]
      .map(([bin, heights]) => ({ x: least + bin * width, y: heights.length, width }))
      .sort((a, b) => a.x - b.x),
  }));
}

/** The least and the most; infinities for none. */
export function extremes(places: Iterable<number>): [number, number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const place of places) {
    least = Math.min(least, place);
    most = Math.max(most, place);
  }
  return [least, most];
}

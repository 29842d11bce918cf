/** A cell's value as text: in a line of the grid, whole, and as a number. */
import type { TableColumn } from "../../contracts/generated.ts";
import type { Json } from "../output.ts";

export type ColumnKind = TableColumn["kind"];

/** More would never be seen in a column. */
const LINE_CHARACTERS = 300;
/** So that 0.1 + 0.2 reads as 0.3; the whole value has all of its digits. */
export const SHOWN_DIGITS = 10;

const NUMERIC: readonly ColumnKind[] = ["integer", "number", "decimal"];
const TEMPORAL: readonly ColumnKind[] = ["date", "timestamp"];

export const isNumeric = (kind: ColumnKind): boolean => NUMERIC.includes(kind);
export const isTemporal = (kind: ColumnKind): boolean => TEMPORAL.includes(kind);

/** On one line, and short. */
export function lineText(value: Json): string {
  if (typeof value === "number" && !Number.isInteger(value))
    return String(Number(value.toPrecision(SHOWN_DIGITS)));
  const text = wholeText(value);
  const line = text.length > LINE_CHARACTERS ? `${text.slice(0, LINE_CHARACTERS)}…` : text;
  return line.replaceAll(/\r\n|[\r\n]/g, "↵").replaceAll("\t", "⇥");
}

/** All of it; a missing value is the empty text. */
export function wholeText(value: Json): string {
  if (value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Its place on an axis, in milliseconds for times; null when it has none. */
export function placeOf(value: Json, kind: ColumnKind): number | null {
  if (value === null || value === "") return null;
  const place = isTemporal(kind) ? Date.parse(isoText(String(value))) : Number(value);
  return Number.isFinite(place) ? place : null;
}

/** What databases write with a space between date and time is written with a T for browsers; no zone is UTC. */
function isoText(text: string): string {
  const iso = text.trim().replace(" ", "T");
  return /T\d/.test(iso) && !/(Z|[+-]\d\d:?\d\d)$/i.test(iso) ? `${iso}Z` : iso;
}

export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

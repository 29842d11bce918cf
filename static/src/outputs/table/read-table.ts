/** A table output as it came, decoded and held within bounds: whoever wrote the file may have written anything. */
import { decode } from "../../contracts/codec.ts";
import { MAX_PREVIEW_ROWS, TableOutput } from "../../contracts/generated.ts";
import type { Json } from "../output.ts";

/** More than any query of use has; each costs a header, and the widths are summed up with every change. */
export const MAX_COLUMNS = 5_000;

/** Throws ContractError for what is no table, Error for one that a grid cannot show. */
export function readTable(value: Json): TableOutput {
  const table = decode(value, TableOutput);
  if (table.columns.length === 0) throw new Error("it has no columns");
  const columns = table.columns.slice(0, MAX_COLUMNS);
  const preview = readRows(table.preview.slice(0, MAX_PREVIEW_ROWS), columns.length);
  return { ...table, columns, preview, rows: readCount(table.rows, preview.length) };
}

/** Rows of exactly as many values as there are columns: what is not there is missing. */
export function readRows(rows: readonly Json[][], columns: number): Json[][] {
  return rows.map((row) => Array.from({ length: columns }, (_, column) => row[column] ?? null));
}

/** A count of rows: never less than those that are there. */
export function readCount(rows: number, atLeast = 0): number {
  return Number.isSafeInteger(rows) ? Math.max(rows, atLeast) : atLeast;
}

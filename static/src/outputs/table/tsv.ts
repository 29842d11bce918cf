/** Cells as tab-separated text, as spreadsheets take it from the clipboard. */
import type { Json } from "../output.ts";
import { wholeText } from "./cell-text.ts";

export function tsv(rows: readonly (readonly Json[])[]): string {
  return rows.map((row) => row.map((value) => field(wholeText(value))).join("\t")).join("\n");
}

function field(text: string): string {
  return /[\t\n\r"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

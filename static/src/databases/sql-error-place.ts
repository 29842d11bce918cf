/** Where in a cell's SQL the database found an error, as the error's own words show it. */
import type { Output } from "../document/outputs.ts";

/** `line 2: select nope` and a caret on the next line. */
const MARKED = /^(?<head>line (?<line>\d+): )(?<text>.*)\n(?<before>[ \t]*)\^$/m;

/** What to underline; null when no error says so, or the source has changed since. */
export function errorPlace(outputs: readonly Output[], source: string): { from: number; to: number } | null {
  const said = outputs.find((output) => output.output_type === "error")?.evalue ?? "";
  const { head, line, text, before } = MARKED.exec(said)?.groups ?? {};
  if (head === undefined || line === undefined || text === undefined || before === undefined) return null;
  const lines = source.split("\n");
  // The magic's line is not part of what the database saw.
  const isMagic = /^\s*%%/.test(lines[0] ?? "");
  const index = Number(line) - 1 + (isMagic ? 1 : 0);
  if (lines[index] !== text) return null;
  const start = lines.slice(0, index).reduce((sum, each) => sum + each.length + 1, 0);
  const from = start + unitsOf(text, [...before].length - head.length);
  const word = /^[\p{L}\p{N}_]+/u.exec(source.slice(from))?.[0].length ?? 1;
  if (from >= source.length) return source.length > 0 ? { from: source.length - 1, to: source.length } : null;
  return { from, to: Math.min(from + word, source.length) };
}

/** Python counts code points, an editor UTF-16 units. */
function unitsOf(text: string, points: number): number {
  return [...text].slice(0, Math.max(0, points)).join("").length;
}

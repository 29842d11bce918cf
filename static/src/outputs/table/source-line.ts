/** Where a table came from, how large it is and how old. */
import type { TableOutput } from "../../contracts/generated.ts";
import { counted } from "./cell-text.ts";
import { element } from "./elements.ts";

const MINUTE = 60_000;
const REFRESH_MILLISECONDS = 30_000;

/** "3 minutes ago". */
export function ageWords(fetchedAt: string, now: number): string {
  const then = Date.parse(fetchedAt);
  if (!Number.isFinite(then)) return "";
  const minutes = Math.floor((now - then) / MINUTE);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${counted(minutes, "minute")} ago`;
  if (minutes < 24 * 60) return `${counted(Math.floor(minutes / 60), "hour")} ago`;
  return `${counted(Math.floor(minutes / (24 * 60)), "day")} ago`;
}

/** What the line says, part by part. */
export function sourceParts(table: TableOutput, now: number): string[] {
  const { columns, rows, variable, source, is_arriving } = table;
  const width = counted(columns.length, "column");
  const parts = [is_arriving ? width : `${counted(rows, "row")} × ${width}`];
  if (source) {
    if (source.more) parts.push("cut short: there were more rows");
    parts.push(source.connection, `${secondsWords(source.seconds)}`);
    const age = ageWords(source.fetched_at, now);
    parts.push(source.cached ? `kept result, ${age}` : age);
    if (source.offline) parts.push("the relay could not be reached");
  }
  if (variable) parts.push(variable);
  return parts.filter((part) => part !== "");
}

/** Kept up to date until `signal`. */
export function sourceLine(table: TableOutput, signal?: AbortSignal): HTMLElement {
  const line = element("div", { class: "source-line" });
  const draw = () => {
    const parts = sourceParts(table, Date.now());
    line.replaceChildren(
      ...parts.map((part, index) =>
        table.variable && index === parts.length - 1
          ? element("code", { title: "The Python variable that holds the whole table" }, part)
          : element("span", {}, part),
      ),
    );
    if (table.source) line.title = `Fetched at ${table.source.fetched_at}`;
  };
  draw();
  if (table.source) {
    const timer = setInterval(draw, REFRESH_MILLISECONDS);
    signal?.addEventListener("abort", () => clearInterval(timer), { once: true });
  }
  return line;
}

function secondsWords(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return "";
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  return `${seconds.toLocaleString("en", { maximumFractionDigits: seconds < 10 ? 1 : 0 })} s`;
}

/** Values as SQL: literals that no text can end, or parameters. */
import type { BuilderEngine, ValueKind } from "./query.ts";

const PARAMETER = /^:[A-Za-z_][A-Za-z0-9_]{0,62}$/;
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$/;
const DATE = /^\d{4}-\d\d-\d\d$/;
const TIMESTAMP = /^(?<day>\d{4}-\d\d-\d\d)(?:[ T](?<time>\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?))?$/;

export function isParameter(value: string): boolean {
  return PARAMETER.test(value.trim());
}

/** Why a value cannot be one; empty when it can. */
export function problemOf(value: string, kind: ValueKind): string {
  const text = value.trim();
  if (text === "") return "Needs a value.";
  if (isParameter(text)) return "";
  if (kind === "number" && !NUMBER.test(text)) return "Expected a number, as 12.5, or :name.";
  if (kind === "date" && !isDay(text)) return "Expected a date, as 2026-11-21, or :name.";
  if (kind === "timestamp" && !isMoment(text))
    return "Expected a date, or one with a time, as 2026-11-21 18:30, or :name.";
  // It would end what the statement is for the server.
  return value.includes("\0") ? "No text may hold the character 0." : "";
}

/** A value without a problem. */
export function literal(value: string, kind: ValueKind, engine: BuilderEngine): string {
  const text = value.trim();
  if (isParameter(text)) return text;
  switch (kind) {
    case "number":
      return text.replace(/^\+/, "");
    case "date":
      return engine === "sqlite" ? `'${text}'` : `date '${text}'`;
    case "timestamp": {
      const { day, time } = TIMESTAMP.exec(text)!.groups!;
      const whole = time ? `${day} ${time.length === 5 ? `${time}:00` : time}` : `${day} 00:00:00`;
      // Text there, as it was stored: a day comes before all moments of it.
      if (engine === "sqlite") return time ? `'${whole}'` : `'${day}'`;
      return `timestamp '${whole}'`;
    }
    default:
      return textLiteral(value, engine);
  }
}

export function textLiteral(value: string, engine: BuilderEngine): string {
  const doubled = value.replaceAll("'", "''");
  return `'${engine === "mysql" ? doubled.replaceAll("\\", "\\\\") : doubled}'`;
}

/** What LIKE takes for `value` with anything before or behind it. */
export function pattern(value: string, before: boolean, behind: boolean, engine: BuilderEngine): string {
  const [head, tail] = [before ? "%" : "", behind ? "%" : ""];
  const name = value.trim();
  if (isParameter(name)) {
    const parts = [head && "'%'", name, tail && "'%'"].filter((part) => part !== "");
    return engine === "mysql" ? `concat(${parts.join(", ")})` : parts.join(" || ");
  }
  const escaped = value.replace(/[!%_]/g, "!$&");
  const ending = escaped === value ? "" : " escape '!'";
  // A sign that escapes has to be doubled, also where nothing else needs it.
  return ending === ""
    ? textLiteral(head + value + tail, engine)
    : textLiteral(head + escaped + tail, engine) + ending;
}

function isDay(text: string): boolean {
  if (!DATE.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.valueOf()) && day.toISOString().startsWith(text);
}

function isMoment(text: string): boolean {
  const { day, time } = TIMESTAMP.exec(text)?.groups ?? {};
  if (day === undefined || !isDay(day)) return false;
  return time === undefined || !Number.isNaN(new Date(`${day}T${time}Z`).valueOf());
}

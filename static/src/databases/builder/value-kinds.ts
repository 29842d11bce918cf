/** Which questions can be asked of a column, by its type. */
import type { Aggregate, Test, ValueKind } from "./query.ts";

const STRUCTURES =
  /\[|\b(json|jsonb|xml|struct|map|union|array|list|blob|bytea|binary|varbinary|geometry|point|tsvector)\b/i;
const KINDS: readonly (readonly [ValueKind, RegExp])[] = [
  ["other", STRUCTURES],
  // As MySQL spells it: elsewhere it is a number of one digit.
  [
    "number",
    /^(u?(tiny|small|medium|big|huge)?int(eger)?\d*|numeric|decimal|real|double|float\d*|number)\b/i,
  ],
  ["boolean", /^bool(ean)?\b/i],
  ["timestamp", /^(timestamp|datetime)/i],
  ["date", /^date$/i],
  ["text", /^(n?(var)?char|character|(tiny|medium|long)?text|clob|string|bpchar|citext|name)\b/i],
  ["other", /^(time|interval|year|bit|inet|cidr|money)\b|range$/i],
];

/** "word" for what is equal to a text or not, as an enum or a UUID. */
export function kindOf(type: string, engine: string): ValueKind {
  const found = KINDS.find(([, pattern]) => pattern.test(type.trim()))?.[0];
  // SQLite's columns may have no type, and hold anything.
  return found ?? (engine === "sqlite" ? "text" : "word");
}

const TESTS: Record<ValueKind, readonly Test[]> = {
  number: ["is", "is_not", "less", "at_most", "more", "at_least", "between", "one_of"],
  text: ["is", "is_not", "contains", "begins", "ends", "one_of"],
  date: ["is", "less", "at_most", "more", "at_least", "between"],
  timestamp: ["less", "at_most", "more", "at_least", "between"],
  boolean: ["true", "false"],
  word: ["is", "is_not", "one_of"],
  other: [],
};

export function testsOf(kind: ValueKind): Test[] {
  return [...TESTS[kind], "missing", "present"];
}

export function valuesOf(test: Test): number {
  if (["true", "false", "missing", "present"].includes(test)) return 0;
  return test === "between" ? 2 : 1;
}

export function aggregatesOf(kind: ValueKind): Aggregate[] {
  if (kind === "other") return ["count"];
  if (kind === "number") return ["count", "distinct", "sum", "avg", "min", "max"];
  // Not every engine has an order of booleans, enums and UUIDs.
  if (kind === "boolean" || kind === "word") return ["count", "distinct"];
  return ["count", "distinct", "min", "max"];
}

/** Of what a figure is, whatever its column holds. */
export function kindOfFigure(aggregate: Aggregate | null, kind: ValueKind): ValueKind {
  if (aggregate === null || aggregate === "min" || aggregate === "max") return kind;
  return "number";
}

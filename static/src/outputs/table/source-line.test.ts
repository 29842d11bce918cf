/** What is said about where a table came from. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ageWords, sourceParts } from "./source-line.ts";

const now = Date.parse("2026-06-01T12:00:00Z");

test("an age is told in the largest unit that fits", () => {
  assert.deepEqual(
    [
      "2026-06-01T11:59:40Z",
      "2026-06-01T11:59:00Z",
      "2026-06-01T09:00:00Z",
      "2026-05-29T12:00:00Z",
      "soon",
    ].map((then) => ageWords(then, now)),
    ["just now", "1 minute ago", "3 hours ago", "3 days ago", ""],
  );
});

test("connection, time, age and variable are told, and that rows are missing", () => {
  const column = { name: "a", kind: "integer", type: "int" } as const;
  const source = {
    connection: "shop",
    seconds: 0.25,
    fetched_at: "2026-06-01T11:57:00Z",
    cached: true,
    offline: true,
    more: true,
  };
  const table = { table_id: "t", columns: [column], rows: 1, preview: [[1]], variable: "df", source };
  assert.deepEqual(sourceParts(table, now), [
    "1 row × 1 column",
    "cut short: there were more rows",
    "shop",
    "250 ms",
    "kept result, 3 minutes ago",
    "the relay could not be reached",
    "df",
  ]);
});

test("rows whose others are still to come are not counted", () => {
  const column = { name: "a", kind: "integer", type: "int" } as const;
  const table = { table_id: "", columns: [column], rows: 1, preview: [[1]], is_arriving: true };
  assert.deepEqual(sourceParts(table, now), ["1 column"]);
});

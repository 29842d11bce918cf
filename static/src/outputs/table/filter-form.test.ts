/** Filters, as written and as read out. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { filterWords, testsFor, valueOf } from "./filter-form.ts";

test("what is written becomes a number only where one holds it exactly", () => {
  assert.deepEqual(
    [
      valueOf("12", "integer"),
      valueOf("9007199254740993", "integer"),
      valueOf("0.1", "number"),
      valueOf("0.10", "decimal"),
      valueOf("2026-01-31", "date"),
      valueOf("false", "boolean"),
      valueOf("", "text"),
    ],
    [12, "9007199254740993", 0.1, "0.10", "2026-01-31", false, null],
  );
});

test("a kind is offered the tests that make sense for it", () => {
  assert.deepEqual(testsFor("text"), ["contains", "equals", "missing", "present"]);
  assert.deepEqual(testsFor("timestamp"), ["range", "equals", "missing", "present"]);
  assert.deepEqual(testsFor("boolean"), ["equals", "missing", "present"]);
});

test("a filter is read out as a sentence", () => {
  const column = { name: "amount", kind: "number", type: "float64" } as const;
  const range = { column: 0, test: "range" } as const;
  assert.deepEqual(
    [
      filterWords({ ...range, least: 1, most: 5 }, column),
      filterWords({ ...range, most: 5 }, column),
      filterWords({ ...range, least: 0 }, column),
      filterWords({ column: 0, test: "contains", value: "x" }, column),
      filterWords({ column: 0, test: "missing" }, column),
    ],
    ["amount is between 1 and 5", "amount ≤ 5", "amount ≥ 0", "amount contains “x”", "amount is missing"],
  );
});

/** Which of a plan's steps show, and how the cost is shared out. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { planRows } from "./plan-rows.ts";

const STEPS = [
  { depth: 0, name: "Sort", rows: 10, cost: 100 },
  { depth: 1, name: "Hash Join", rows: 10, cost: 80 },
  { depth: 2, name: "Seq Scan", detail: "on orders", rows: 1000, cost: 50 },
  { depth: 2, name: "Hash", rows: 5, cost: 10 },
  { depth: 3, name: "Seq Scan", detail: "on cities", rows: 5, cost: 10 },
];

const shown = (...collapsed: number[]) =>
  planRows(STEPS, new Set(collapsed)).map(
    ({ level, step, isExpanded }) => `${level} ${step.name} ${isExpanded}`,
  );

test("steps are rows, each with its place among those of the same step", () => {
  assert.deepEqual(shown(), [
    "1 Sort true",
    "2 Hash Join true",
    "3 Seq Scan null",
    "3 Hash true",
    "4 Seq Scan null",
  ]);
  const hash = planRows(STEPS, new Set())[3]!;
  assert.deepEqual([hash.parent, hash.position, hash.siblings], [1, 2, 2]);
});

test("below a closed step nothing shows", () => {
  assert.deepEqual(shown(1), ["1 Sort true", "2 Hash Join false"]);
  assert.deepEqual(shown(0, 3), ["1 Sort false"]);
});

test("a step's share is of its own cost, and all shares are the whole", () => {
  const shares = planRows(STEPS, new Set()).map(({ share }) => share);
  assert.deepEqual(shares, [0.2, 0.2, 0.5, 0, 0.1]);
});

test("a limit that costs less than what it cuts short has no share", () => {
  const steps = [
    { depth: 0, name: "Limit", cost: 2 },
    { depth: 1, name: "Seq Scan", cost: 50 },
  ];
  assert.deepEqual(
    planRows(steps, new Set()).map(({ share }) => share),
    [0, 1],
  );
});

test("where the database states no cost there is no share", () => {
  assert.deepEqual(planRows([{ depth: 0, name: "SCAN" }], new Set())[0]!.share, null);
});

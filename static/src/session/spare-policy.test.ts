import assert from "node:assert/strict";
import { test } from "node:test";
import { mayKeepSpare, type SpareCircumstances } from "./spare-policy.ts";

const GOOD: SpareCircumstances = { choice: "automatic", memoryGigabytes: 8, isKept: true, isVisible: true };

test("a spare is kept where memory allows, the files are there and the page is seen", () => {
  assert.equal(mayKeepSpare(GOOD), true);
});

for (const bad of [
  { memoryGigabytes: 4 },
  { memoryGigabytes: undefined },
  { isKept: false },
  { isVisible: false },
  { choice: "never" },
] satisfies Partial<SpareCircumstances>[])
  test(`no spare is kept with ${JSON.stringify(bad)}`, () => {
    assert.equal(mayKeepSpare({ ...GOOD, ...bad }), false);
  });

test("a person may want one on any device", () => {
  assert.equal(mayKeepSpare({ ...GOOD, choice: "always", memoryGigabytes: undefined }), true);
  assert.equal(mayKeepSpare({ ...GOOD, choice: "always", isKept: false }), false);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { endWords } from "./access-words.ts";

for (const [left, words] of [
  [null, "until revoked"],
  [-1, "has ended"],
  [30, "for 1 minute more"],
  [3599, "for 60 minutes more"],
  [3600, "for 1 hour more"],
  [7 * 86400, "for 7 days more"],
] as const) {
  test(`a link with ${left} seconds left works ${words}`, () => {
    assert.equal(endWords(left === null ? null : 1000 + left, 1000), words);
  });
}

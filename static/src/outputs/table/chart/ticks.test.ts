/** Marks of an axis. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { numberTicks, timeTicks } from "./ticks.ts";

const words = (ticks: { words: string }[]) => ticks.map((tick) => tick.words);

test("numbers are marked at round steps", () => {
  assert.deepEqual(words(numberTicks(0, 97, 5)), ["0", "20", "40", "60", "80"]);
  assert.deepEqual(words(numberTicks(-0.02, 0.011, 3)), ["-0.02", "0"]);
  assert.deepEqual(words(numberTicks(0, 2_500_000, 3)), ["0", "1M", "2M"]);
});

test("a range of nothing has few marks and ends", () => {
  assert.deepEqual(words(numberTicks(5, 5, 4)), ["5"]);
});

test("times are marked at hours, days, months and years", () => {
  const at = (text: string) => Date.parse(`${text}Z`);
  assert.deepEqual(words(timeTicks(at("2026-01-01T00:00"), at("2026-01-01T12:00"), 4)), [
    "01-01",
    "03:00",
    "06:00",
    "09:00",
    "12:00",
  ]);
  assert.deepEqual(words(timeTicks(at("2026-01-01T00:00"), at("2026-01-04T00:00"), 3)), [
    "01-01",
    "01-02",
    "01-03",
    "01-04",
  ]);
  assert.deepEqual(words(timeTicks(at("2026-01-15T00:00"), at("2026-05-15T00:00"), 4)), [
    "2026-02",
    "2026-03",
    "2026-04",
    "2026-05",
  ]);
  assert.deepEqual(words(timeTicks(at("2000-01-01T00:00"), at("2020-02-01T00:00"), 4)), [
    "2000",
    "2010",
    "2020",
  ]);
});

test("the whole of time that JavaScript knows has an end", () => {
  assert.ok(timeTicks(-8.64e15, 8.64e15, 5).length <= 50);
});

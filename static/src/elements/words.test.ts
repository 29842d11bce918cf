import assert from "node:assert/strict";
import { test } from "node:test";
import { cellLabel } from "./cell-label.ts";
import { readableDuration, readableSize, readableTime } from "./duration.ts";
import { lineOf } from "./error-place.ts";
import { kernelWords } from "./kernel-words.ts";
import { placeOf } from "./place.ts";
import { endWords } from "./run-words.ts";

const FACTS = {
  type: "code",
  position: 3,
  total: 10,
  executionCount: 2,
  hasError: false,
  state: { kind: "idle" },
} as const;

test("a cell says its kind, its place and whether it ran", () => {
  assert.equal(cellLabel(FACTS), "Code cell 3 of 10, executed");
  assert.equal(cellLabel({ ...FACTS, executionCount: null }), "Code cell 3 of 10, not executed");
  assert.equal(cellLabel({ ...FACTS, type: "markdown" }), "Markdown cell 3 of 10");
});

test("a queued cell says its number, counted from one", () => {
  const state = { kind: "queued", position: 0 } as const;
  assert.equal(cellLabel({ ...FACTS, state }), "Code cell 3 of 10, waiting, number 1 in the queue");
});

test("a cell that was stopped says so, whether it had begun or not", () => {
  const stopped = { kind: "finished", status: "interrupted", durationSeconds: 2 } as const;
  assert.equal(cellLabel({ ...FACTS, state: stopped }), "Code cell 3 of 10, stopped in 2.0 s");
  const state = { kind: "cancelled" } as const;
  assert.equal(cellLabel({ ...FACTS, state }), "Code cell 3 of 10, stopped before it began");
});

test("the end of running says how it ended", () => {
  const finished = (status: "ok" | "error" | "interrupted") =>
    ({ kind: "finished", status, durationSeconds: 1 }) as const;
  const cancelled = { kind: "cancelled" } as const;
  assert.deepEqual(
    [[finished("ok")], [finished("interrupted"), cancelled], [cancelled], [finished("error"), cancelled]].map(
      endWords,
    ),
    ["Finished running", "Stopped running", "Stopped running", "Stopped at an error"],
  );
});

test("durations and sizes are short at every magnitude", () => {
  assert.deepEqual([0.0123, 1.234, 185].map(readableDuration), ["12 ms", "1.2 s", "3 min 5 s"]);
  assert.deepEqual([512, 1400, 21_000_000].map(readableSize), ["512 B", "1.4 kB", "21 MB"]);
});

test("times become dates after a week", () => {
  const now = new Date("2026-11-20T12:00:00");
  assert.equal(readableTime(new Date("2026-11-20T11:55:00"), now), "5 minutes ago");
  assert.equal(readableTime(new Date("2026-10-01T12:00:00"), now), "1 Oct 2026");
});

test("a download says how much of how much", () => {
  const progress = { step: "download", detail: "", doneBytes: 5e6, totalBytes: 20e6 } as const;
  const { detail, done } = kernelWords({ kind: "starting", progress });
  assert.deepEqual({ detail, done }, { detail: "Load Python and its packages: 5.0 MB of 20 MB", done: 0.25 });
});

test("the line of an error is read through the colours of its traceback", () => {
  assert.equal(lineOf({ traceback: ["\u001b[36mCell In[3], line 12\u001b[0m", "ValueError"] }), 12);
  assert.equal(lineOf({ traceback: ["ValueError"] }), null);
});

test("the address says what to open, the part after # before the question", () => {
  assert.deepEqual(placeOf({ search: "?url=https://x.y/n.ipynb", hash: "" }), {
    kind: "url",
    url: "https://x.y/n.ipynb",
  });
  assert.deepEqual(placeOf({ search: "?new", hash: "#notebook=abc" }), { kind: "notebook", id: "abc" });
  assert.deepEqual(placeOf({ search: "", hash: "" }), { kind: "start" });
});

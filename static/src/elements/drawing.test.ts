import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { Drawing } from "./drawing.ts";

let drawing: Drawing;
let moved: string[];

beforeEach(() => {
  drawing = new Drawing();
  moved = [];
});

test("nothing holds drawing back at first", () => {
  assert.equal(drawing.held, null);
  drawing.release();
});

test("what comes next waits for the release, and comes once", async () => {
  drawing.hold(() => moved.push("next"));
  const { held } = drawing;
  assert.deepEqual(moved, []);
  drawing.release();
  drawing.release();
  await held;
  assert.deepEqual(moved, ["next"]);
  assert.equal(drawing.held, null);
});

test("a second run moves on from the first one before it asks", () => {
  drawing.hold(() => moved.push("first"));
  drawing.hold(() => moved.push("second"));
  assert.deepEqual(moved, ["first"]);
  drawing.release();
  assert.deepEqual(moved, ["first", "second"]);
});

test("an answer that does not come within a frame is not waited for", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    drawing.hold(() => moved.push("next"));
    mock.timers.tick(15);
    assert.deepEqual(moved, []);
    mock.timers.tick(1);
    assert.deepEqual(moved, ["next"]);
    assert.equal(drawing.held, null);
  } finally {
    mock.timers.reset();
  }
});

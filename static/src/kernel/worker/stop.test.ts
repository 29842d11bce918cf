import assert from "node:assert/strict";
import { test } from "node:test";
import { Stop } from "./stop.ts";

const SIGINT = 2;
const SIGALRM = 14;

/** What Pyodide does between bytecodes. */
function poll(stop: Stop): number {
  const { buffer } = stop;
  const signal = buffer[0]!;
  buffer[0] = 0;
  return signal;
}

function shared(): { memory: Int32Array; stop: Stop; interrupted: () => number } {
  const memory = new Int32Array(new SharedArrayBuffer(4));
  const stop = new Stop(memory, true);
  let count = 0;
  stop.connect(() => ++count > 0);
  return { memory, stop, interrupted: () => count };
}

test("shared memory reaches Python in mid-computation, once", () => {
  const { memory, stop, interrupted } = shared();
  stop.runChanged(true);
  Atomics.store(memory, 0, SIGINT);
  assert.deepEqual([poll(stop), poll(stop)], [SIGINT, 0]);
  stop.press();
  assert.equal(interrupted(), 0);
});

test("a suspended cell is stopped by the message, and the signal does not hit the next one", () => {
  const { memory, stop, interrupted } = shared();
  stop.runChanged(true);
  Atomics.store(memory, 0, SIGINT);
  stop.press();
  assert.deepEqual([interrupted(), poll(stop)], [1, 0]);
});

test("a Stop left over from a finished cell is forgotten", () => {
  const { memory, stop } = shared();
  stop.runChanged(true);
  Atomics.store(memory, 0, SIGINT);
  stop.runChanged(false);
  stop.runChanged(true);
  assert.equal(poll(stop), 0);
});

test("a Stop between handing a run over and its first bytecode stops it there", () => {
  const stop = new Stop(null, true);
  stop.runQueued();
  stop.pressUnshared();
  assert.equal(poll(stop), 0);
  stop.runChanged(true);
  assert.equal(poll(stop), SIGINT);
});

test("without shared memory Python is asked to let the event loop turn, and hears of Stop there", async (t) => {
  t.mock.method(performance, "now", () => 0);
  const stop = new Stop(null, true);
  stop.runChanged(true);
  t.mock.method(performance, "now", () => 60);
  assert.equal(poll(stop), SIGALRM);
  const ticked = stop.tick();
  stop.pressUnshared();
  assert.equal(await ticked, SIGINT);
});

test("a Stop between a tick's end and Python's going on is not lost", async () => {
  const stop = new Stop(null, true);
  stop.connect(() => assert.fail("Python must not be entered"));
  stop.runChanged(true);
  await stop.tick();
  stop.pressUnshared();
  assert.equal(poll(stop), SIGINT);
});

test("nothing enters Python during a tick; it does afterwards, in order", async () => {
  const stop = new Stop(null, true);
  const entered: string[] = [];
  const ticked = stop.tick();
  stop.outsideTick(() => entered.push("first"));
  stop.outsideTick(() => entered.push("second"));
  await ticked;
  assert.deepEqual(entered, []);
  poll(stop);
  await new Promise<void>((resolve) => stop.outsideTick(resolve));
  assert.deepEqual(entered, ["first", "second"]);
});

test("where nothing can reach a computation the mode says so", () => {
  assert.equal(new Stop(null, false).mode, "none");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { type Answer, CONTROL, CONTROL_BYTES, MailboxReader, MailboxWriter } from "../mailbox.ts";
import { SharedWaits } from "./shared-waits.ts";
import { Stop } from "./stop.ts";

const SIGINT = 2;

function waits() {
  const shared = new SharedArrayBuffer(CONTROL_BYTES);
  const control = new Int32Array(shared);
  const memory = new SharedArrayBuffer(1000);
  const writer = new MailboxWriter(control, memory, () => undefined);
  const stop = new Stop(control, false);
  return {
    shared,
    control,
    writer,
    waits: new SharedWaits(control, new MailboxReader(memory, () => undefined), stop),
  };
}

/** Another thread that presses Stop as soon as it runs. */
function stopFromOutside(shared: SharedArrayBuffer): Worker {
  const source = `
    const control = new Int32Array(require("node:worker_threads").workerData);
    Atomics.store(control, ${CONTROL.signal}, ${SIGINT});
    Atomics.add(control, ${CONTROL.bell}, 1);
    Atomics.notify(control, ${CONTROL.bell});`;
  return new Worker(source, { eval: true, workerData: shared });
}

test("a wait lasts as long as it was asked to", () => {
  const started = performance.now();
  assert.equal(
    waits().waits.until(() => false, 0.05),
    true,
  );
  assert.ok(performance.now() - started >= 49);
});

test("an answer ends the wait for it", () => {
  const { writer, waits: blocked } = waits();
  const answer: Answer = { kind: "answer_input", input_id: "1", value: "x" };
  const received: Answer[] = [];
  blocked.connect((found) => received.push(found));
  writer.send(answer);
  assert.equal(
    blocked.until(() => received.length > 0),
    true,
  );
  assert.deepEqual(received, [answer]);
});

test("Stop wakes a thread that sleeps, and is taken", async () => {
  const { shared, control, waits: blocked } = waits();
  const other = stopFromOutside(shared);
  assert.equal(
    blocked.until(() => false, 60),
    false,
  );
  assert.equal(Atomics.load(control, CONTROL.signal), 0);
  await other.terminate();
});

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { HEADER_BYTES, READ_STATE, WaitingReads } from "./waiting-read.ts";

function read(start: number, end: number) {
  const memory = new SharedArrayBuffer(HEADER_BYTES + end - start);
  const state = new Int32Array(memory, 0, 1);
  const outcome = async (): Promise<[number, string]> => {
    await Atomics.waitAsync(state, 0, READ_STATE.waiting).value;
    return [Atomics.load(state, 0), Buffer.from(memory.slice(HEADER_BYTES)).toString()];
  };
  return { read: { sha256: "a", start, end, memory }, outcome };
}

test("a read sleeps until its file has come; one of a file that is there is answered", async () => {
  const reads = new WaitingReads();
  const [early, late] = [read(1, 3), read(0, 2)];
  reads.add(early.read);
  reads.arrived("b", new Blob(["other"]));
  reads.arrived("a", new Blob(["0123"]));
  reads.add(late.read);
  assert.deepEqual(await early.outcome(), [READ_STATE.done, "12"]);
  assert.deepEqual(await late.outcome(), [READ_STATE.done, "01"]);
});

test("Stop wakes a read, a file that cannot be had fails it", async () => {
  const reads = new WaitingReads();
  const [stopped, failed] = [read(0, 1), read(0, 1)];
  reads.add(stopped.read);
  reads.interrupt();
  reads.add(failed.read);
  reads.arrived("a", null);
  assert.equal((await stopped.outcome())[0], READ_STATE.interrupted);
  assert.equal((await failed.outcome())[0], READ_STATE.refused);
});

test("once a file proves damaged, reads wait for it to come again", async () => {
  const reads = new WaitingReads();
  reads.arrived("a", new Blob(["evil"]));
  reads.expectAnew("a");
  const waiting = read(0, 4);
  reads.add(waiting.read);
  reads.arrived("a", new Blob(["good"]));
  assert.deepEqual(await waiting.outcome(), [READ_STATE.done, "good"]);
});

test("a read of a proved file fails where the file is not what its hash says", async () => {
  const reads = new WaitingReads();
  const sha256 = createHash("sha256").update("good").digest("hex");
  const [whole, damaged] = [read(0, 4), read(0, 4)];
  reads.arrived(sha256, new Blob(["good"]));
  reads.add({ ...whole.read, sha256, isProved: true });
  assert.deepEqual(await whole.outcome(), [READ_STATE.done, "good"]);
  reads.arrived(sha256, new Blob(["evil"]));
  reads.add({ ...damaged.read, sha256, isProved: true });
  assert.equal((await damaged.outcome())[0], READ_STATE.failed);
  const anew = read(0, 4);
  reads.add({ ...anew.read, sha256, isProved: true });
  reads.arrived(sha256, new Blob(["good"]));
  assert.deepEqual(await anew.outcome(), [READ_STATE.done, "good"]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { OpenError } from "../session/open.ts";
import { RoomBlobs } from "./room-blobs.ts";

const blobs = new RoomBlobs(new URL("https://relay.example/app/"), "n");
const sha256 = "a".repeat(64);

test("a blob is asked for below its room", async (context) => {
  const asked = context.mock.method(globalThis, "fetch", async () => new Response(new Uint8Array([1, 2])));
  assert.deepEqual(await blobs.get(sha256), new Uint8Array([1, 2]));
  assert.equal(
    String(asked.mock.calls[0]?.arguments[0]),
    `https://relay.example/app/rooms/n/blobs/${sha256}`,
  );
});

test("a blob that the relay lacks, or a relay that is away, is null", async (context) => {
  const answer = context.mock.method(globalThis, "fetch", async () => new Response("", { status: 404 }));
  assert.equal(await blobs.get(sha256), null);
  answer.mock.mockImplementation(async () => {
    throw new TypeError("Failed to fetch");
  });
  assert.equal(await blobs.get(sha256), null);
});

test("a blob that is not taken is told", async (context) => {
  context.mock.method(globalThis, "fetch", async () => new Response("", { status: 413 }));
  await assert.rejects(blobs.put(sha256, new Uint8Array([1])), OpenError);
});

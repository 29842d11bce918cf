import assert from "node:assert/strict";
import { test } from "node:test";
import { readBounded } from "./bounded-body.ts";

function endless(): { response: Response; reads: () => number } {
  let reads = 0;
  const stream = new ReadableStream({
    pull(controller) {
      reads++;
      controller.enqueue(new Uint8Array(10));
    },
  });
  return { response: new Response(stream), reads: () => reads };
}

test("a body within the limit arrives whole", async () => {
  assert.deepEqual(await readBounded(new Response("abc"), 3), new TextEncoder().encode("abc"));
});

test("a body without end is left alone once it is too long", async () => {
  const { response, reads } = endless();
  assert.equal(await readBounded(response, 25), null);
  assert.ok(reads() <= 5);
});

test("an answer without a body is empty", async () => {
  assert.deepEqual(await readBounded(new Response(null, { status: 204 }), 3), new Uint8Array(0));
});

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { HostFile } from "./host.ts";
import { ParentProofs } from "./parent-proofs.ts";
import { StoredBody } from "./store.ts";

const BODY = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
const SHA256 = createHash("sha256").update(BODY).digest("hex");

/** A host with one file, which it hands out in small pieces. */
function hostWith(body: Uint8Array) {
  const openFile = (path: string): HostFile => {
    if (path !== `/store/${SHA256.slice(0, 2)}/${SHA256}`)
      throw Object.assign(new Error(path), { code: "ENOENT" });
    return {
      bytes: body.length,
      readInto(target, position) {
        const part = body.subarray(position, position + Math.min(target.length, 64));
        target.set(part);
        return part.length;
      },
      close: () => undefined,
    };
  };
  return { openFile };
}

function stored(body: Uint8Array, proofs = new ParentProofs(), sha256 = SHA256): StoredBody {
  const file = { name: "heap", sha256, size_bytes: body.length, transfer_bytes: body.length };
  return new StoredBody(hostWith(body), "/store", file, proofs);
}

test("a file of which the parent says nothing is hashed here", async () => {
  const damaged = BODY.with(500, 0);
  assert.deepEqual(await stored(BODY).whole(SHA256), BODY);
  assert.equal(await stored(damaged).whole(SHA256), null);
  assert.equal(await stored(damaged).source(SHA256), null);
});

test("nothing of a file is given out before the parent has said that it is intact", async () => {
  const proofs = new ParentProofs();
  proofs.promise([SHA256]);
  let given = false;
  const source = stored(BODY, proofs)
    .source(SHA256)
    .then((found) => {
      given = true;
      return found;
    });
  await Promise.resolve();
  assert.equal(given, false);
  proofs.answer(SHA256, true);
  const target = new Uint8Array(300);
  (await source)?.copyInto(target, 200);
  assert.deepEqual(target, BODY.subarray(200, 500));
});

test("a file that the parent found damaged is given to nobody", async () => {
  const proofs = new ParentProofs();
  proofs.promise([SHA256]);
  proofs.answer(SHA256, false);
  assert.equal(await stored(BODY, proofs).whole(SHA256), null);
  assert.equal(await stored(BODY, proofs).source(SHA256), null);
});

test("a missing file and one that ends too early are told by name", async () => {
  const other = "0".repeat(64);
  await assert.rejects(stored(BODY, new ParentProofs(), other).whole(other), /heap is not in the store/);
  assert.throws(() => stored(BODY).read(900, 1001), /heap is shorter than it should be/);
});

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { FileProofs } from "./file-proofs.ts";

const HASH = createHash("sha256").update("good").digest("hex");
const good = new Blob(["good"]);

test("a proof that was begun is taken once, and holds for the file that began it", async () => {
  const proofs = new FileProofs();
  proofs.begin(HASH, good);
  assert.deepEqual(await proofs.take(HASH, new Blob(["never read"])), new TextEncoder().encode("good"));
  assert.equal(await proofs.take(HASH, new Blob(["evil"])), null);
});

test("a file that cannot be read proves nothing", async () => {
  const gone = { arrayBuffer: () => Promise.reject(new Error("gone")) } as unknown as Blob;
  assert.equal(await new FileProofs().take(HASH, gone), null);
});

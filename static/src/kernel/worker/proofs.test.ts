import assert from "node:assert/strict";
import { test } from "node:test";
import { Proofs } from "./proofs.ts";

test("each file's proof goes to all who asked for it", async () => {
  const posted: string[] = [];
  const proofs = new Proofs((_, sha256) => posted.push(sha256));
  const file = new Blob(["a"]);
  const [first, other, again] = ["a", "b", "a"].map((sha256) => proofs.ask(file, sha256));
  proofs.answer("b", new Uint8Array([2]));
  proofs.answer("a", new Uint8Array([1]));
  proofs.answer("never asked", null);
  assert.deepEqual(posted, ["a", "b"]);
  assert.deepEqual(await Promise.all([first, other, again]), [
    new Uint8Array([1]),
    new Uint8Array([2]),
    new Uint8Array([1]),
  ]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { describeHeldObject, findHeldObject } from "./held-objects.ts";

function api() {
  return { version: 1, loadBinaryFile() {}, public_api: { loadPackage() {} } };
}

test("a function of Pyodide is found again in another instance", () => {
  const saved = api();
  const restored = api();
  for (const find of [
    (a: ReturnType<typeof api>) => a.loadBinaryFile,
    (a: ReturnType<typeof api>) => a.public_api.loadPackage,
  ])
    assert.equal(findHeldObject(restored, describeHeldObject(saved, find(saved))), find(restored));
});

test("an object from elsewhere is refused by name", () => {
  assert.throws(() => describeHeldObject(api(), function stranger() {}), /cannot be saved: stranger/);
});

test("getters are not run while looking", () => {
  const trapped = Object.defineProperty(api(), "trap", { get: () => assert.fail("ran") });
  assert.throws(() => describeHeldObject(trapped, {}), /cannot be saved/);
});

test("a path that this Pyodide lacks is an error", () => {
  assert.throws(() => findHeldObject(api(), { api: ["public_api", "gone"] }), /no public_api.gone/);
  assert.throws(() => findHeldObject(api(), null), /not described/);
});

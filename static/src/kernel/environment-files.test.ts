import assert from "node:assert/strict";
import { test } from "node:test";
import type { Environment, StoredFile } from "../contracts/generated.ts";
import { filesToStart } from "./environment-files.ts";

const file = (name: string): StoredFile => ({ name, sha256: name, size_bytes: 1, transfer_bytes: 1 });
const environment = {
  runtime: [file("python_stdlib.zip"), file("pyodide.mjs"), file("pyodide.asm.wasm")],
  wheels: [{ file: file("numpy.whl") }],
  lock: file("lock.json"),
  snapshot: { layout: file("layout"), heap: file("heap"), modules: file("modules"), files: file("files") },
} as unknown as Environment;

test("a restored start waits for no file that the heap has made needless", () => {
  const files = filesToStart(environment, true);
  const names = (late: boolean) =>
    files.filter(({ later = false }) => later === late).map(({ name }) => name);
  assert.deepEqual(names(false), [
    "layout",
    "pyodide.asm.wasm",
    "pyodide.mjs",
    "lock.json",
    "heap",
    "modules",
  ]);
  assert.deepEqual(names(true), ["python_stdlib.zip", "files"]);
});

test("a boot needs the standard library and the wheels", () => {
  const names = filesToStart(environment, false).map(({ name, later }) => [name, later]);
  assert.deepEqual(names, [
    ["pyodide.asm.wasm", undefined],
    ["pyodide.mjs", undefined],
    ["python_stdlib.zip", undefined],
    ["lock.json", undefined],
    ["numpy.whl", undefined],
  ]);
});

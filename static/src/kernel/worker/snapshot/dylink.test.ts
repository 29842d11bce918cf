import assert from "node:assert/strict";
import { test } from "node:test";
import { readDynamicLinking } from "./dylink.ts";

const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const text = (value: string) => [value.length, ...new TextEncoder().encode(value)];
const part = (kind: number, body: number[]) => [kind, body.length, ...body];

function compile(parts: number[]): WebAssembly.Module {
  const section = [...text("dylink.0"), ...parts];
  return new WebAssembly.Module(new Uint8Array([...HEADER, 0, section.length, ...section]));
}

test("a library says what it wants, and which others it needs", () => {
  const compiled = compile([
    ...part(1, [0x80, 0x02, 4, 3, 0]),
    ...part(2, [2, ...text("libopenblas.so"), ...text("libm.so")]),
    ...part(4, [0]),
    ...part(5, [1, ...text("$ORIGIN/../scipy.libs")]),
  ]);
  assert.deepEqual(readDynamicLinking(compiled), {
    memorySize: 256,
    tableSize: 3,
    needed: ["libopenblas.so", "libm.so"],
    runtimePaths: ["$ORIGIN/../scipy.libs"],
  });
});

test("a file that is no library says nothing, a damaged one is an error", () => {
  assert.equal(readDynamicLinking(new WebAssembly.Module(new Uint8Array(HEADER))), null);
  assert.throws(() => readDynamicLinking(compile([1, 5, 0x80])), /ends too early/);
});

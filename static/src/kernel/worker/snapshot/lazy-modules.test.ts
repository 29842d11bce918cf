import assert from "node:assert/strict";
import { test } from "node:test";
import type { SideModule } from "./layout.ts";
import { withStubs } from "./lazy-modules.ts";
import { functionTypes } from "./wasm-functions.ts";

const text = (value: string): number[] => [value.length, ...Buffer.from(value)];
const section = (id: number, body: number[]): number[] => [id, body.length, ...body];

/** `add(i32, i64) -> f64`, at the table base and exported, as the linker writes a side module. */
const BINARY = Uint8Array.from([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...section(1, [1, 0x60, 2, 0x7f, 0x7e, 1, 0x7c]),
  ...section(2, [
    3,
    ...[...text("env"), ...text("memory"), 2, 0, 1],
    ...[...text("env"), ...text("__table_base"), 3, 0x7f, 0],
    ...[...text("env"), ...text("table"), 1, 0x70, 0, 1],
  ]),
  ...section(3, [1, 0]),
  ...section(7, [1, ...text("add"), 0, 0]),
  ...section(9, [1, 0, 0x23, 0, 0x0b, 1, 0]),
  ...section(10, [1, 9, 0, 0x20, 1, 0xb9, 0x20, 0, 0xb7, 0xa0, 0x0b]),
]);
const TYPE = String.fromCharCode(2, 0x7f, 0x7e, 1, 0x7c);
const side = (tableBase: number, global = false) =>
  ({ path: "/m.so", global, tableBase, tableSize: 1 }) as SideModule;
const place = (index: number, file = BINARY) => ({
  start: index * file.length,
  bytes: file.length,
  crc32: 0,
  isLazy: false,
});

test("the types of a module's functions are read off its binary", () => {
  assert.deepEqual(functionTypes(BINARY), { table: [TYPE], exports: new Map([["add", TYPE]]) });
});

test("a stub loads its module when it is called, and passes the call on to the real function", async () => {
  // Indices of one, two and three bytes, of which the last byte looks like a sign.
  for (const base of [1, 64, 8_200]) {
    const loose = base + 1;
    const parts = { modules: BINARY, places: [place(0)] };
    const { body, stubs, places } = withStubs(parts, [side(base)], [[loose, 0, "add"]]);
    const table = new WebAssembly.Table({ element: "anyfunc", initial: loose + 1 });
    const asked: number[] = [];
    const compiled = await WebAssembly.compile(
      body.slice(stubs.start, stubs.start + stubs.bytes) as BufferSource,
    );
    const binary = new WebAssembly.Module(BINARY);
    new WebAssembly.Instance(compiled, {
      stubs: {
        table,
        load(index: number) {
          asked.push(index);
          const real = new WebAssembly.Instance(binary, {
            env: {
              table,
              memory: new WebAssembly.Memory({ initial: 1 }),
              __table_base: new WebAssembly.Global({ value: "i32" }, base),
            },
          });
          table.set(loose, real.exports["add"]);
        },
      },
    });
    const stub = table.get(base) as (a: number, b: bigint) => number;
    const other = table.get(loose) as typeof stub;
    assert.deepEqual([stub(1, 2n), other(3, 4n), places[0]?.isLazy], [3, 7, true]);
    assert.deepEqual(asked, [base, loose]);
    assert.notEqual(table.get(base), stub);
  }
});

test("a module that others link to, or of another make, is there from the start", () => {
  const strange = BINARY.slice();
  strange[strange.lastIndexOf(0x23)] = 0x41;
  const file = Buffer.concat([BINARY, strange]);
  const parts = { modules: file, places: [place(0), place(1)] };
  const { places } = withStubs(parts, [side(1, true), side(2)], [[9, 0, "add"]]);
  assert.deepEqual(
    places.map(({ isLazy }) => isLazy),
    [false, false],
  );
});

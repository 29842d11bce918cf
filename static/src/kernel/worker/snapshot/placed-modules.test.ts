import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { type LinkedModule, MAIN } from "./linker.ts";
import { LinkerWatch } from "./placed-modules.ts";

const stock = { Instance: WebAssembly.Instance, instantiate: WebAssembly.instantiate };
afterEach(() => Object.assign(WebAssembly, stock));

const text = (value: string) => [value.length, ...new TextEncoder().encode(value)];
const section = (id: number, body: number[]) => [id, body.length, ...body];

/** A library of one function that needs `needed`, or a plain module without the linker's section. */
function library(needed: string[] | null): WebAssembly.Module {
  const names = needed?.flatMap(text) ?? [];
  const linking = [...section(1, [64, 0, 2, 0]), ...section(2, [needed?.length ?? 0, ...names])];
  return new WebAssembly.Module(
    new Uint8Array([
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...(needed ? section(0, [...text("dylink.0"), ...linking]) : []),
      ...section(1, [1, 0x60, 0, 0]),
      ...section(2, [1, ...text("env"), ...text("__memory_base"), 3, 0x7f, 0]),
      ...section(3, [1, 0]),
      ...section(7, [1, ...text("f"), 0, 0]),
      ...section(10, [1, 2, 0, 0x0b]),
    ]),
  );
}

function place(compiled: WebAssembly.Module, base: number): WebAssembly.Exports {
  return new WebAssembly.Instance(compiled, { env: { __memory_base: base, __table_base: base / 8 } }).exports;
}

function linkerWith(loaded: Record<string, object | string>): LinkedModule {
  const libraries = Object.entries({ [MAIN]: {}, ...loaded });
  return {
    LDSO: {
      loadedLibsByName: Object.fromEntries(libraries.map(([name, exports]) => [name, { name, exports }])),
    },
    PATH: { normalize: (path: string) => path },
    findLibraryFS: (name: string) => `/lib/${name}`,
  } as unknown as LinkedModule;
}

test("a library that came in with another is known by its place, too", () => {
  const watch = new LinkerWatch();
  const blas = place(library([]), 800);
  const scipy = place(library(["blas.so"]), 1600);
  place(library(null), 2400);
  const found = watch.libraries(linkerWith({ "/lib/scipy.so": { ...scipy }, "/lib/blas.so": { ...blas } }));
  const sizes = { memorySize: 64, tableSize: 2 };
  assert.deepEqual(found, [
    { path: "/lib/blas.so", memoryBase: 800, tableBase: 100, ...sizes, needs: [] },
    { path: "/lib/scipy.so", memoryBase: 1600, tableBase: 200, ...sizes, needs: ["/lib/blas.so"] },
  ]);
});

test("a library that failed to load is none, one that was not watched is an error", () => {
  const early = place(library([]), 800);
  const watch = new LinkerWatch();
  place(library([]), 1600);
  assert.deepEqual(watch.libraries(linkerWith({ "/lib/broken.so": "loading" })), []);
  assert.throws(() => watch.libraries(linkerWith({ "/lib/early.so": early })), /early.so was loaded unseen/);
});

test("memory is kept as the main module's file fills it", async () => {
  const watch = new LinkerWatch();
  const compiled = new WebAssembly.Module(
    new Uint8Array([
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(5, [1, 0, 1]),
      ...section(7, [1, ...text("memory"), 2, 0]),
      ...section(11, [1, 0, 0x41, 5, 0x0b, ...text("data")]),
    ]),
  );
  const { exports } = await WebAssembly.instantiate(compiled);
  new Uint8Array((exports["memory"] as WebAssembly.Memory).buffer).fill(0);
  assert.equal(new TextDecoder().decode(watch.mainImage.subarray(5, 9)), "data");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Environment, StoredFile } from "../../../contracts/generated.ts";
import {
  checkFits,
  checkHeap,
  decodeLayout,
  type Layout,
  type SideModule,
  SNAPSHOT_FORMAT,
  snapshotInputs,
} from "./layout.ts";

const HEAP = "a".repeat(64);

function file(name: string, sha256 = "1".repeat(64)): StoredFile {
  return { name, sha256, size_bytes: 1, transfer_bytes: 1 };
}

function environment(): Environment {
  return {
    name: "data",
    id: "e".repeat(64),
    title: "Data",
    pyodide_version: "314.0.7",
    python_version: "3.14.2",
    abi: "2026_0",
    runtime: [file("pyodide.mjs")],
    wheels: [
      {
        name: "numpy",
        version: "2.4.3",
        file: file("numpy.whl"),
        source_sha256: "2".repeat(64),
        imports: [],
      },
    ],
    lock: file("lock.json"),
    preload: ["numpy"],
    snapshot: {
      heap: file("heap", HEAP),
      layout: file("layout"),
      modules: file("modules"),
      files: file("files"),
    },
  };
}

function layout(changes: Partial<Layout> = {}): Layout {
  return {
    format: SNAPSHOT_FORMAT,
    inputs: snapshotInputs(environment()),
    pyodide_build: "b".repeat(64),
    heap_sha256: HEAP,
    memory_bytes: 1 << 20,
    page_bytes: 4096,
    pages: [0, 2, 5, 1],
    linked: [3, 2],
    linked_sum: 7,
    collector_list: 64,
    table_start: 1024,
    table_end: 2048,
    modules: [
      {
        path: "/m.so",
        global: false,
        memoryBase: 4096,
        memorySize: 64,
        tableBase: 1024,
        tableSize: 8,
        handles: [16],
        needs: [],
      },
    ],
    places: [{ start: 0, bytes: 8, crc32: 1, isLazy: true }],
    stubs: { start: 8, bytes: 8, crc32: 1, isLazy: false },
    folders: [{ path: "m", start: 0, files: ["__init__.py", 10, 0, 1] }],
    slots: [[1040, 0, "PyInit_m"]],
    got: { main: 3 },
    hiwire: { hiwireKeys: [null], immortalKeys: [] },
    open_files: [{ descriptor: 3, path: "/lib/font.ttf", position: 0 }],
    ...changes,
  };
}

const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

test("a layout survives its own file", () => {
  assert.deepEqual(decodeLayout(encode(layout())), layout());
});

test("a layout is refused with a reason when it is damaged", () => {
  const cases: [unknown, RegExp][] = [
    ["", /not an object/],
    [{ ...layout(), format: 0 }, /format is 0/],
    [{ ...layout(), got: { main: "3" } }, /got is damaged/],
    [{ ...layout(), modules: undefined }, /modules is damaged/],
    [layout({ places: [] }), /places are damaged/],
    [layout({ folders: [{ path: "m", start: 0, files: ["a.py", 1, 0] }] }), /folders is damaged/],
    [layout({ folders: [{ path: "m", start: 0, files: [1, 1, 0, 1] }] }), /folders is damaged/],
    [layout({ pages: [0, 2, 1, 1] }), /list of pages/],
    [layout({ pages: [0, 257] }), /list of pages/],
    [layout({ pages: [0] }), /list of pages/],
    [layout({ linked: [4, 1, 3, 1] }), /list of pages/],
    [layout({ modules: [{ ...(layout().modules[0] as SideModule), needs: [0] }] }), /before what it needs/],
    [layout({ slots: [[3, 0, "malloc"]] }), /outside of the table/],
    [layout({ slots: [[1040, 7, "malloc"]] }), /outside of the table/],
  ];
  for (const [value, reason] of cases)
    assert.throws(() => decodeLayout(encode(value)), { name: "SnapshotRefused", message: reason });
  assert.throws(() => decodeLayout(new Uint8Array(0)), { name: "SnapshotRefused", message: /not JSON/ });
});

test("a snapshot fits only the environment it was made from", () => {
  checkFits(layout(), environment());
  const other = environment();
  other.runtime = [file("pyodide.mjs", "3".repeat(64))];
  assert.throws(() => checkFits(layout(), other), /another runtime \(pyodide.mjs\)/);
});

test("a snapshot says what it was made from", () => {
  const rebuilt = environment();
  rebuilt.wheels = rebuilt.wheels.map((wheel) => ({ ...wheel, file: file("numpy.whl", "3".repeat(64)) }));
  assert.throws(() => checkFits(layout(), rebuilt), /another set of packages \(numpy\)/);
  assert.throws(
    () => checkFits(layout(), { ...environment(), preload: [] }),
    /another list of imports \(numpy\)/,
  );
});

test("a heap that belongs to another layout is refused", () => {
  const swapped = layout({ heap_sha256: "c".repeat(64) });
  assert.throws(() => checkFits(swapped, environment()), /belong to different snapshots/);
});

test("a heap that is shorter or longer than its layout says is refused", () => {
  checkHeap(layout(), { bytes: 3 * 4096 });
  assert.throws(() => checkHeap(layout(), { bytes: 3 * 4096 - 1 }), /12287 bytes where 12288/);
  assert.throws(() => checkHeap(layout(), { bytes: 0 }), /0 bytes/);
});

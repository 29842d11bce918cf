/** Write down a running interpreter: its memory, and where everything outside of memory is. */
import type { Environment } from "../../../contracts/generated.ts";
import { packLinks } from "./collector-links.ts";
import { type Swept, sweepFreeMemory } from "./free-memory.ts";
import { describeHeldObject } from "./held-objects.ts";
import { type Layout, type SideModule, SNAPSHOT_FORMAT, snapshotInputs, UNHASHED } from "./layout.ts";
import { withStubs } from "./lazy-modules.ts";
import { type LinkedModule, mainExports, type SnapshotPyodide } from "./linker.ts";
import { listOpenFiles } from "./open-files.ts";
import type { SnapshotPacks } from "./packs.ts";
import { PAGE_BYTES, packPages, sumPages } from "./pages.ts";
import type { LinkerWatch } from "./placed-modules.ts";

export interface SavedSnapshot {
  heap: Uint8Array;
  modules: Uint8Array;
  files: Uint8Array;
  layout: Layout;
  swept: Swept;
}

/**
 * Save `pyodide`, booted with `_makeSnapshot`, with the table padded to `tableStart` before the first
 * extension module and the linker watched by `watch`; `packModules` finds the binaries and all other files.
 * `frozenObject` is the address of any object of those that the garbage collector leaves alone.
 * Nothing in JavaScript may hold a Python object any more. The interpreter is of no use afterwards.
 */
export async function saveSnapshot(
  pyodide: SnapshotPyodide,
  environment: Environment,
  tableStart: number,
  watch: LinkerWatch,
  frozenObject: number,
  packModules: (modules: readonly SideModule[]) => SnapshotPacks,
): Promise<SavedSnapshot> {
  const module = pyodide._module;
  const names = Object.keys(pyodide.loadedPackages);
  for (const name of names) delete pyodide.loadedPackages[name];
  const hiwire = pyodide._api.serializeHiwireState((object) => describeHeldObject(pyodide._api, object));
  const modules = sideModules(module, tableStart, watch);
  const packs = packModules(modules);
  const slots = looseSlots(module, modules, tableStart);
  const { places, stubs, body: moduleFile } = withStubs(packs, modules, slots);
  const swept = sweepFreeMemory(module);
  const collectorList = packLinks(module.HEAPU32, frozenObject, module.___heap_base);
  if (collectorList === 0)
    console.warn("the garbage collector's list has an unexpected form: it is saved as it is");
  // What lies beyond malloc's heap was never used: the restored kernel grows when it needs to.
  const memory = module.HEAPU8.slice(0, roundUp(module._sbrk(0)));
  const { pages, linked, body } = packPages(memory, watch.mainImage);
  const layout: Layout = {
    format: SNAPSHOT_FORMAT,
    inputs: snapshotInputs(environment),
    pyodide_build: pyodide._api.config.BUILD_ID,
    heap_sha256: await sha256(body),
    memory_bytes: memory.length,
    page_bytes: PAGE_BYTES,
    pages,
    linked,
    linked_sum: sumPages(memory, linked, PAGE_BYTES),
    collector_list: collectorList,
    table_start: tableStart,
    table_end: module.wasmTable.length,
    modules,
    places,
    stubs,
    folders: packs.folders,
    slots,
    got: Object.fromEntries(Object.entries(module.GOT).map(([name, entry]) => [name, entry.value])),
    hiwire,
    open_files: listOpenFiles(module),
  };
  return { heap: body, modules: moduleFile, files: packs.files, layout, swept };
}

const WASM_PAGE_BYTES = 65536;

function sideModules(module: LinkedModule, tableStart: number, watch: LinkerWatch): SideModule[] {
  const libraries = watch.libraries(module);
  const order = new Map(libraries.map(({ path }, index) => [path, index]));
  return libraries.map(({ path, memoryBase, memorySize, tableBase, tableSize, needs }) => {
    if (tableSize > 0 && tableBase < tableStart)
      throw new Error(`${path} was loaded before the function table was padded`);
    return {
      path,
      global: module.LDSO.loadedLibsByName[path]?.global ?? false,
      memoryBase,
      memorySize,
      tableBase,
      tableSize,
      handles: handlesOf(module, path),
      needs: needs.map((needed) => order.get(needed)).filter((index) => index !== undefined),
    };
  });
}

function handlesOf(module: LinkedModule, path: string): number[] {
  const entries = Object.entries(module.LDSO.loadedLibsByHandle);
  return entries.filter(([, { name }]) => name === path).map(([handle]) => Number(handle));
}

/** Slots that dlsym and the offset table took one by one: whose export is each? */
function looseSlots(module: LinkedModule, modules: SideModule[], tableStart: number): Layout["slots"] {
  const { wasmTable, LDSO } = module;
  const owned = new Uint8Array(wasmTable.length);
  for (const { tableBase, tableSize } of modules) owned.fill(1, tableBase, tableBase + tableSize);
  const exporters = new Map<unknown, [number, string]>();
  const objects = [
    mainExports(module),
    ...modules.map(({ path }) => LDSO.loadedLibsByName[path]?.exports ?? {}),
  ];
  objects.forEach((exports, index) => {
    for (const [name, value] of Object.entries(exports))
      if (typeof value === "function" && !exporters.has(value)) exporters.set(value, [index - 1, name]);
  });
  // A JavaScript function is wrapped on its way into the table: the linker knows where it put which.
  const wrapped = new Map<number, [number, string]>();
  for (const [value, exporter] of exporters) wrapped.set(module.getFunctionAddress(value), exporter);
  const slots: Layout["slots"] = [];
  for (let index = tableStart; index < wasmTable.length; index++) {
    const value = owned[index] ? null : wasmTable.get(index);
    if (!value) continue;
    const exporter = exporters.get(value) ?? wrapped.get(index);
    if (!exporter) throw new Error(`table slot ${index} holds a function that no module exports`);
    slots.push([index, ...exporter]);
  }
  return slots;
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / WASM_PAGE_BYTES) * WASM_PAGE_BYTES;
}

async function sha256(body: Uint8Array): Promise<string> {
  // A worker of the opaque frame cannot hash: the page does so.
  if (!crypto.subtle) return UNHASHED;
  const digest = await crypto.subtle.digest("SHA-256", body as BufferSource);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Start Python from a saved heap: nothing is imported and no Python runs before the heap is in place. */
import type { Snapshot } from "../../../contracts/generated.ts";
import type { ByteSource } from "../asset-body.ts";
import {
  type BootedPython,
  type BootOptions,
  type BootVariant,
  bootPython,
  loadRuntime,
  sitePackages,
} from "../boot.ts";
import { mountFiles } from "../lazy-files.ts";
import { unpackLinks } from "./collector-links.ts";
import { findHeldObject } from "./held-objects.ts";
import { checkFits, checkHeap, decodeLayout, type Layout, MAIN_MODULE, SnapshotRefused } from "./layout.ts";
import { type LinkedModule, mainExports, padTable } from "./linker.ts";
import { reopenFiles } from "./open-files.ts";
import { moduleFile, moduleFolders, PackReader, packedFolders } from "./packages.ts";
import { sumPages, unpackPages } from "./pages.ts";
import {
  type CompiledModules,
  compileModules,
  linkSideModules,
  placeFunction,
  type ReadBinary,
  unresolvedOffset,
} from "./side-modules.ts";
import { StandardLibrary } from "./standard-library.ts";

/**
 * Restore the environment's snapshot. Throws SnapshotRefused when it does not fit, which is found out
 * before anything of it runs; `bootPython` with the same options works then.
 *
 * The loaders of assets check hashes; here the layout is checked against the environment and the heap.
 */
export async function restorePython(options: BootOptions, snapshot: Snapshot): Promise<BootedPython> {
  const { environment, assets, arriving, stopwatch } = options;
  // All are asked for before the first is waited for. They are awaited once the main module is there; a failure
  // before that is not unhandled.
  const runtime = loadRuntime(options);
  // Pyodide keeps its loader's options, and with them this scope: the heap's bytes must not stay in it.
  const takeHeap = takenOnce(assets.getSource(snapshot.heap.sha256));
  const layout = decodeLayout(await assets.get(snapshot.layout.sha256));
  checkFits(layout, environment);
  const files = new PackReader(assets, snapshot.files, arriving);
  const library = new StandardLibrary(environment, assets, arriving);
  const binaries = new PackReader(assets, snapshot.modules, arriving);
  const readBinary: ReadBinary = (place) => binaries.read(moduleFile(place));
  const compile = (): Promise<CompiledModules> =>
    stopwatch.measure("compile_modules", () => compileModules(layout, readBinary));
  const target = sitePackages(environment);
  const isOfPackages = (path: string): boolean => path.startsWith(`${target}/`);
  const compiled = binaries.proved().then(compile);
  compiled.catch(() => undefined);
  let api: object = {};
  const loader = {
    _loadSnapshot: emptySnapshot(layout),
    _snapshotDeserializer: (description: unknown) => findHeldObject(api, description),
  };
  const variant: BootVariant = {
    loader,
    library: new Uint8Array(0),
    async onModule(main) {
      options.onStep("restore", `${layout.modules.length} modules`);
      const heap = await stopwatch.measure("heap_asset", takeHeap);
      checkHeap(layout, heap);
      const module = main as LinkedModule;
      api = module.API;
      const startBytes = module.HEAPU8.length;
      const modules = await stopwatch.measure("modules_asset", () => compiled);
      await stopwatch.measure("link", () => link(module, layout, modules, readBinary));
      await stopwatch.measure("heap", () => fillMemory(module, layout, heap, startBytes));
      // From here on Python runs, and may import.
      await stopwatch.measure("library_asset", () => library.ready());
      library.mount(module, environment.python_version);
      reopenFiles(
        module,
        layout.open_files.filter(({ path }) => !isOfPackages(path)),
      );
    },
    mount: async () => undefined,
  };
  const booted = await bootPython(options, variant, runtime);
  const module = booted.pyodide._module as LinkedModule;
  await stopwatch.measure("files_asset", () => files.ready());
  // Only now: when Pyodide finds packages at its start, it reads a file of each.
  await stopwatch.measure("mount", () => {
    const folders = packedFolders([
      [binaries, moduleFolders(layout, target)],
      [files, layout.folders],
    ]);
    mountFiles(module.FS, target, folders);
    reopenFiles(
      module,
      layout.open_files.filter(({ path }) => isOfPackages(path)),
    );
  });
  return booted;
}

function link(module: LinkedModule, layout: Layout, modules: CompiledModules, readBinary: ReadBinary): void {
  const padded = padTable(module);
  if (padded !== layout.table_start)
    throw new SnapshotRefused(
      `its function table starts at ${layout.table_start}, this engine's at ${padded}`,
    );
  if (sumPages(module.HEAPU8, layout.linked, layout.page_bytes) !== layout.linked_sum)
    throw new SnapshotRefused("the main module fills its memory otherwise here");
  if (module.HEAPU8.length < layout.memory_bytes) module.growMemory(layout.memory_bytes);
  if (module.HEAPU8.length < layout.memory_bytes)
    throw new SnapshotRefused(`it needs ${Math.ceil(layout.memory_bytes / 1e6)} MB of memory`);
  module.wasmTable.grow(layout.table_end - padded);
  placeMainFunctions(module, layout);
  for (const [name, value] of Object.entries(layout.got)) {
    module.GOT[name] ??= unresolvedOffset();
    module.GOT[name].value = value;
  }
  const main = mainExports(module);
  for (const [index, owner, name] of layout.slots)
    if (owner === MAIN_MODULE) placeFunction(module, index, main[name]);
  linkSideModules(module, layout, modules, readBinary);
}

/** Engines may count the main module's own functions differently: put each where the heap expects it. */
function placeMainFunctions(module: LinkedModule, layout: Layout): void {
  const main = mainExports(module);
  for (const [name, entry] of Object.entries(module.GOT)) {
    const saved = layout.got[name];
    const value = main[name];
    if (saved === undefined || saved === entry.value || typeof value !== "function") continue;
    if (saved <= 0 || saved >= layout.table_start) continue;
    module.wasmTable.set(saved, value);
    module.updateTableMap(saved, 1);
  }
}

/** Memory beyond what the main module started with is untouched but for the data of the side modules. */
function fillMemory(module: LinkedModule, layout: Layout, body: ByteSource, startBytes: number): void {
  const dirty = [[0, startBytes], ...layout.modules.map(dataRange)] as [number, number][];
  const isDirty = (start: number, end: number) => dirty.some(([from, to]) => from < end && start < to);
  unpackPages(module.HEAPU8, { ...layout, body }, layout.page_bytes, isDirty);
  if (layout.collector_list > 0) unpackLinks(module.HEAPU32, layout.collector_list);
}

function dataRange({ memoryBase, memorySize }: Layout["modules"][number]): [number, number] {
  return [memoryBase, memoryBase + memorySize];
}

function takenOnce<Value>(coming: Promise<Value>): () => Promise<Value> {
  coming.catch(() => undefined);
  let held: Promise<Value> | null = coming;
  return () => {
    if (!held) throw new Error("it was taken already");
    const taken = held;
    held = null;
    return taken;
  };
}

const MAGIC = 0x706e7300;
const HEADER_BYTES = 48;

/**
 * A snapshot in Pyodide's own form, with the JavaScript objects that Python holds but without memory:
 * Pyodide's restore copies into a memory that it does not grow.
 */
function emptySnapshot(layout: Layout): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(layout.hiwire));
  const length = Math.ceil((HEADER_BYTES + text.length) / 16) * 16;
  const snapshot = new Uint8Array(length);
  const words = new Uint32Array(snapshot.buffer);
  words.set([MAGIC, length, text.length, 0]);
  for (let i = 0; i < 8; i++)
    words[4 + i] = Number.parseInt(layout.pyodide_build.slice(i * 8, i * 8 + 8), 16);
  snapshot.set(text, HEADER_BYTES);
  return snapshot;
}

/** What a saved heap needs to live again, beside its bytes: where everything outside of linear memory was. */
import type { Environment } from "../../../contracts/generated.ts";
import type { ByteSource } from "../asset-body.ts";
import { PACKED_FIELDS, type PackedFolder } from "../pack.ts";
import type { HiwireState } from "./linker.ts";

/** Goes up with every change to how heaps are saved or restored. */
export const SNAPSHOT_FORMAT = 4;

/** Stands for the main module where modules are told by their index. */
export const MAIN_MODULE = -1;

/** Stands for the heap's hash until somebody who can make it has done so. */
export const UNHASHED = "0".repeat(64);

export interface SideModule {
  /** Where the file system has it. */
  path: string;
  global: boolean;
  memoryBase: number;
  memorySize: number;
  tableBase: number;
  tableSize: number;
  /** Addresses of the linker's records for it; none when only other modules asked for it. */
  handles: number[];
  /** The modules that it asks the linker for, as indices into the layout's list. */
  needs: number[];
}

/** Where in the snapshot's file of modules a binary is. */
export interface ModulePlace {
  start: number;
  bytes: number;
  crc32: number;
  /** Stubs stand for its functions until the first of them is called. */
  isLazy: boolean;
}

export interface Layout {
  format: number;
  /** Everything the heap was made from; it is of use with nothing else. */
  inputs: SnapshotInputs;
  pyodide_build: string;
  heap_sha256: string;
  /** Bytes of linear memory when saved. */
  memory_bytes: number;
  page_bytes: number;
  /** Which pages the heap file holds, in order: start and count, start and count, … */
  pages: number[];
  /** Which pages are as the main module's file fills them, likewise, and a sum over these. */
  linked: number[];
  linked_sum: number;
  /** Where the garbage collector's list begins, whose links are saved as distances; 0 when as addresses. */
  collector_list: number;
  table_start: number;
  table_end: number;
  /** In the order they were loaded. */
  modules: SideModule[];
  /** The binaries of `modules`, in their order. */
  places: ModulePlace[];
  /** The module of stubs for those that are lazy. */
  stubs: ModulePlace;
  /** The directory of the snapshot's file of all other files, below site-packages. */
  folders: PackedFolder[];
  /** Slots filled one by one: table index, module (MAIN_MODULE or an index), name of its export. */
  slots: [number, number, string][];
  /** The global offset table. */
  got: Record<string, number>;
  hiwire: HiwireState;
  /** Files open for reading: they are opened again. */
  open_files: { descriptor: number; path: string; position: number }[];
}

export interface SnapshotInputs {
  runtime: string[];
  wheels: string[];
  preload: string[];
}

/** A snapshot cannot be used; the message is a clause that says why. */
export class SnapshotRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = "SnapshotRefused";
  }
}

export function snapshotInputs(environment: Environment): SnapshotInputs {
  return {
    runtime: environment.runtime.map((file) => `${file.name} ${file.sha256}`).sort(),
    wheels: environment.wheels.map((wheel) => `${wheel.name} ${wheel.file.sha256}`),
    preload: environment.preload ?? [],
  };
}

/** Decode a layout file. Throws SnapshotRefused when it is damaged or of another format. */
export function decodeLayout(body: Uint8Array): Layout {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    throw new SnapshotRefused("its layout is not JSON");
  }
  if (!isRecord(value)) throw new SnapshotRefused("its layout is not an object");
  if (value["format"] !== SNAPSHOT_FORMAT)
    throw new SnapshotRefused(`its format is ${String(value["format"])}, this page reads ${SNAPSHOT_FORMAT}`);
  for (const [field, fits] of Object.entries(FIELDS))
    if (!fits(value[field])) throw new SnapshotRefused(`its layout's ${field} is damaged`);
  const layout = value as unknown as Layout;
  checkRanges(layout);
  return layout;
}

/** Throw SnapshotRefused, before anything runs, unless the snapshot was made from this very environment. */
export function checkFits(layout: Layout, environment: Environment): void {
  const inputs = snapshotInputs(environment);
  for (const part of ["runtime", "wheels", "preload"] as const) {
    const differs = firstDifference(layout.inputs[part], inputs[part]);
    if (differs) throw new SnapshotRefused(`it was made from another ${PART_NAMES[part]} (${differs})`);
  }
  if (layout.heap_sha256 !== environment.snapshot?.heap.sha256)
    throw new SnapshotRefused("its heap and its layout belong to different snapshots");
}

/** Throw SnapshotRefused unless the heap file has exactly the pages that the layout lists. */
export function checkHeap(layout: Layout, heap: Pick<ByteSource, "bytes">): void {
  let pages = 0;
  for (let i = 1; i < layout.pages.length; i += 2) pages += layout.pages[i] as number;
  const expected = pages * layout.page_bytes;
  if (heap.bytes !== expected)
    throw new SnapshotRefused(`its heap has ${heap.bytes} bytes where ${expected} were expected`);
}

const PART_NAMES = { runtime: "runtime", wheels: "set of packages", preload: "list of imports" };

const FIELDS: Record<Exclude<keyof Layout, "format">, (value: unknown) => boolean> = {
  inputs: (value) =>
    isRecord(value) && ["runtime", "wheels", "preload"].every((part) => isList(value[part], isString)),
  pyodide_build: (value) => isString(value) && /^[0-9a-f]{64}$/.test(value),
  heap_sha256: (value) => isString(value) && /^[0-9a-f]{64}$/.test(value),
  memory_bytes: isCount,
  page_bytes: isCount,
  pages: (value) => isList(value, isCount),
  linked: (value) => isList(value, isCount),
  linked_sum: isCount,
  collector_list: isCount,
  table_start: isCount,
  table_end: isCount,
  modules: (value) => isList(value, isSideModule),
  places: (value) => isList(value, isPlace),
  stubs: isPlace,
  folders: (value) => isList(value, isFolder),
  slots: (value) => isList(value, isSlot),
  got: (value) => isRecord(value) && Object.values(value).every(Number.isInteger),
  hiwire: (value) =>
    isRecord(value) && Array.isArray(value["hiwireKeys"]) && isList(value["immortalKeys"], isString),
  open_files: (value) => isList(value, isOpenFile),
};

function isSideModule(value: unknown): boolean {
  return (
    isRecord(value) &&
    isString(value["path"]) &&
    typeof value["global"] === "boolean" &&
    ["memoryBase", "memorySize", "tableBase", "tableSize"].every((field) => isCount(value[field])) &&
    isList(value["handles"], isCount) &&
    isList(value["needs"], isCount)
  );
}

function isPlace(value: unknown): boolean {
  return (
    isRecord(value) &&
    typeof value["isLazy"] === "boolean" &&
    ["start", "bytes", "crc32"].every((field) => isCount(value[field]))
  );
}

function isFolder(value: unknown): boolean {
  if (!isRecord(value) || !isString(value["path"]) || !isCount(value["start"])) return false;
  const { files } = value;
  return (
    Array.isArray(files) &&
    files.length % PACKED_FIELDS === 0 &&
    files.every((field, at) => (at % PACKED_FIELDS === 0 ? isString(field) : isCount(field)))
  );
}

function isOpenFile(value: unknown): boolean {
  return (
    isRecord(value) && isCount(value["descriptor"]) && isString(value["path"]) && isCount(value["position"])
  );
}

function isSlot(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length === 3 &&
    isCount(value[0]) &&
    Number.isInteger(value[1]) &&
    isString(value[2])
  );
}

/** What passes here cannot write outside of the memory and the table. */
function checkRanges(layout: Layout): void {
  const { memory_bytes, page_bytes, table_start, table_end, modules, places } = layout;
  if (places.length !== modules.length) throw new SnapshotRefused("its layout's places are damaged");
  for (const runs of [layout.pages, layout.linked]) {
    let last = 0;
    for (let i = 0; i < runs.length; i += 2) {
      const start = runs[i] as number;
      const end = start + (runs[i + 1] ?? Number.NaN);
      if (!(start >= last && end * page_bytes <= memory_bytes))
        throw new SnapshotRefused("its list of pages is damaged");
      last = end;
    }
  }
  const tableFits = (start: number, count: number) => start >= table_start && start + count <= table_end;
  modules.forEach(({ path, memoryBase, memorySize, tableBase, tableSize, needs }, index) => {
    if (memoryBase + memorySize > memory_bytes || (tableSize > 0 && !tableFits(tableBase, tableSize)))
      throw new SnapshotRefused(`its layout puts ${path} outside of the memory`);
    if (needs.some((needed) => needed >= index))
      throw new SnapshotRefused(`its layout loads ${path} before what it needs`);
  });
  for (const [index, module, name] of layout.slots)
    if (!tableFits(index, 1) || module < MAIN_MODULE || module >= modules.length)
      throw new SnapshotRefused(`its layout puts ${name} outside of the table`);
}

function firstDifference(saved: string[], wanted: string[]): string | null {
  for (let i = 0; i < Math.max(saved.length, wanted.length); i++)
    if (saved[i] !== wanted[i]) return (wanted[i] ?? saved[i] ?? "").split(" ")[0] ?? "";
  return null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isList(value: unknown, fits: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(fits);
}

/** The parts of emscripten's dynamic linker and of Pyodide's snapshot support that saving and restoring use. */
import type { EmscriptenFileSystem, EmscriptenModule, Pyodide } from "../emscripten.ts";

export interface SharedObject {
  name: string;
  global: boolean;
  refcount: number;
  exports: Record<string, unknown>;
}

export interface OpenFile {
  fd: number;
  path: string;
  flags: number;
  position: number;
}

interface StreamTable {
  readonly streams: (OpenFile | null | undefined)[];
  open(path: string, flags: string): OpenFile;
}

export interface LinkedModule extends EmscriptenModule {
  readonly FS: EmscriptenFileSystem & StreamTable;
  readonly API: object;
  readonly HEAPU8: Uint8Array;
  readonly HEAPU32: Uint32Array;
  readonly wasmTable: WebAssembly.Table;
  readonly LDSO: {
    loadedLibsByName: Record<string, SharedObject>;
    loadedLibsByHandle: Record<string, SharedObject>;
  };
  /** The global offset table: addresses of data, table indices of functions, by symbol. */
  readonly GOT: Record<string, WebAssembly.Global<"i32">>;
  growMemory(bytes: number): 1 | undefined;
  /** The table index of a function, 0 when it has none. */
  getFunctionAddress(value: unknown): number;
  convertJsFunctionToWasm(value: unknown, signature: string): unknown;
  updateTableMap(start: number, count: number): void;
  relocateExports(exports: WebAssembly.Exports, memoryBase: number): Record<string, unknown>;
  mergeLibSymbols(exports: Record<string, unknown>, name: string): void;
  newDSO(name: string, handle: number | undefined, exports: Record<string, unknown>): SharedObject;
  resolveGlobalSymbol(name: string): { sym: unknown };
  /** The path of a library, looked for beside who asks for it. */
  findLibraryFS(name: string, origin: { parentLibPath: string; paths: string[] }): string | undefined;
  readonly PATH: { normalize(path: string): string };
  readonly ___heap_base: number;
  _sbrk(bytes: number): number;
  _free(pointer: number): void;
  _malloc_trim(keep: number): number;
}

/** JavaScript objects that Python holds, as Pyodide writes them down. */
export interface HiwireState {
  hiwireKeys: unknown[];
  immortalKeys: string[];
}

export interface SnapshotPyodide extends Pyodide {
  readonly _module: LinkedModule;
  readonly _api: {
    config: { BUILD_ID: string };
    serializeHiwireState(serializer?: (object: unknown) => unknown): HiwireState;
  };
}

/** The main module, under the name the linker knows it by. */
export const MAIN = "__main__";

export function mainExports(module: LinkedModule): Record<string, unknown> {
  const main = module.LDSO.loadedLibsByName[MAIN];
  if (!main) throw new Error("the dynamic linker has no main module");
  return main.exports;
}

const TABLE_ROUND = 1024;
const TABLE_SPARE = 64;

/**
 * Grow the function table to a round number before anything is loaded into it. Engines differ by a slot
 * or so in how many functions the main module puts there; what is loaded afterwards must not move.
 */
export function padTable(module: LinkedModule): number {
  const { wasmTable } = module;
  const padded = Math.ceil((wasmTable.length + TABLE_SPARE) / TABLE_ROUND) * TABLE_ROUND;
  wasmTable.grow(padded - wasmTable.length);
  return padded;
}

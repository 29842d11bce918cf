/** Clear what was freed: everyone who restores a saved heap would fetch its garbage. */
import { type LinkedModule, MAIN } from "./linker.ts";

/** Bytes that were cleared. */
export interface Swept {
  /** Of extension modules' files, which the linker read into memory and never let go. */
  fileBytes: number;
  /** In free chunks of malloc's heap. */
  chunkBytes: number;
  /** Beyond the end of malloc's heap. */
  tailBytes: number;
}

/**
 * Call with garbage collected and nothing else running. Pyodide's Python has no pools of its own:
 * every object is a chunk of malloc (dlmalloc 2.8).
 */
export function sweepFreeMemory(module: LinkedModule): Swept {
  const fileBytes = freeModuleFiles(module);
  module._malloc_trim(0);
  const end = module._sbrk(0);
  module.HEAPU8.fill(0, end);
  return { fileBytes, chunkBytes: clearChunks(module, end), tailBytes: module.HEAPU8.length - end };
}

/** Offsets into emscripten's `struct dso` (system/lib/libc/dynlink.c). The file is kept for other threads to load it, and there are none. */
const FILE_DATA = 28;
const FILE_SIZE = 32;
/** How every WebAssembly file begins. */
const WASM_MAGIC = 0x6d736100;

/** Let go of the files that the linker read to load modules; returns their bytes. */
export function freeModuleFiles(module: LinkedModule): number {
  const words = module.HEAPU32;
  let freed = 0;
  for (const [handle, { name }] of Object.entries(module.LDSO.loadedLibsByHandle)) {
    if (name === MAIN) continue;
    const at = (Number(handle) + FILE_DATA) >> 2;
    const file = words[at] as number;
    if (file === 0 || words[file >> 2] !== WASM_MAGIC) continue;
    freed += words[(Number(handle) + FILE_SIZE) >> 2] as number;
    module._free(file);
    words.fill(0, at, at + 2);
  }
  return freed;
}

/** A chunk begins with the size of a free chunk before it, then its own size with flags in the low bits. */
const FLAGS = 7;
const PREVIOUS_IN_USE = 1;
const IN_USE = 2;
const SMALLEST_CHUNK = 16;
/** Free chunks hold two links of a list; from this size on, six of a tree. */
const TREE_CHUNK = 256;
const LIST_HEADER = 16;
const TREE_HEADER = 32;
/** The record of its segment that dlmalloc keeps behind the topmost chunk. */
const LARGEST_FOOT = 128;

function clearChunks(module: LinkedModule, end: number): number {
  const free = freeChunks(module, end);
  if (!free) {
    console.warn("malloc's heap has an unexpected form: its free chunks are saved as they are");
    return 0;
  }
  let cleared = 0;
  for (const [start, stop] of free) {
    module.HEAPU8.fill(0, start, stop);
    cleared += stop - start;
  }
  return cleared;
}

/** Where each free chunk's contents lie, or null unless every chunk up to the heap's end makes sense. */
function freeChunks(module: LinkedModule, end: number): [number, number][] | null {
  const words = module.HEAPU32;
  const sizeAt = (chunk: number) => (words[(chunk + 4) >> 2] as number) & ~FLAGS;
  for (let first = module.___heap_base & ~7; first < module.___heap_base + 64; first += 8) {
    const free: [number, number][] = [];
    let chunk = first;
    while (sizeAt(chunk) >= SMALLEST_CHUNK && chunk + sizeAt(chunk) < end) {
      const size = sizeAt(chunk);
      const next = chunk + size;
      const head = words[(chunk + 4) >> 2] as number;
      if (!(head & IN_USE)) {
        if (end - next < LARGEST_FOOT) {
          free.push([chunk + 8, next]);
          return free;
        }
        if (words[next >> 2] !== size || (words[(next + 4) >> 2] as number) & PREVIOUS_IN_USE) break;
        free.push([chunk + (size < TREE_CHUNK ? LIST_HEADER : TREE_HEADER), next]);
      }
      chunk = next;
    }
  }
  return null;
}

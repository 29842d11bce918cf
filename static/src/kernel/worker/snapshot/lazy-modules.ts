/** Which modules of a snapshot stubs can stand for, and the stubs. */
import { crc32 } from "../crc32.ts";
import { joined } from "../pack.ts";
import type { Layout, ModulePlace, SideModule } from "./layout.ts";
import type { SnapshotPacks } from "./packs.ts";
import { type Slot, stubModule } from "./stubs.ts";
import { type FunctionTypes, functionTypes } from "./wasm-functions.ts";

/** The file of modules with one of stubs at its end, and who is lazy. */
export function withStubs(
  { modules: file, places }: Pick<SnapshotPacks, "modules" | "places">,
  modules: readonly SideModule[],
  slots: Layout["slots"],
): { body: Uint8Array; places: ModulePlace[]; stubs: ModulePlace } {
  const types = modules.map((side, index) => lazyTypes(side, binaryOf(file, places[index])));
  const stubbed: Slot[] = [];
  modules.forEach(({ tableBase }, index) => {
    types[index]?.table.forEach((type, at) => {
      stubbed.push({ index: tableBase + at, type });
    });
  });
  for (const [index, owner, name] of slots) {
    const exports = types[owner]?.exports;
    if (!exports) continue;
    const type = exports.get(name);
    if (type === undefined) throw new Error(`table slot ${index} holds ${name}, which is no function`);
    stubbed.push({ index, type });
  }
  const stubs = stubModule(stubbed.sort((a, b) => a.index - b.index));
  return {
    body: joined([file, stubs], file.length + stubs.length),
    places: places.map((place, index) => ({ ...place, isLazy: types[index] !== null })),
    stubs: { start: file.length, bytes: stubs.length, crc32: crc32(stubs), isLazy: false },
  };
}

/** The types of the module's functions, or null when it has to be there from the start. */
function lazyTypes(side: SideModule, binary: Uint8Array): FunctionTypes | null {
  // Other modules find a global one's symbols by their names.
  if (side.global) return null;
  try {
    return functionTypes(binary);
  } catch (cause) {
    console.warn(`${side.path} is loaded at every start: ${cause}`);
    return null;
  }
}

function binaryOf(file: Uint8Array, place: ModulePlace | undefined): Uint8Array {
  if (!place) throw new Error("a module has no place in the file of modules");
  return file.subarray(place.start, place.start + place.bytes);
}

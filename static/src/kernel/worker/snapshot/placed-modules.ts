/** Where the dynamic linker puts each extension module: watched while it does, for it keeps no full record. */
import { type DynamicLinking, readDynamicLinking } from "./dylink.ts";
import { freeModuleFiles } from "./free-memory.ts";
import { type LinkedModule, MAIN } from "./linker.ts";

interface PlacedModule {
  exports: WebAssembly.Exports;
  linking: DynamicLinking;
  memoryBase: number;
  tableBase: number;
}

export interface PlacedLibrary {
  path: string;
  memoryBase: number;
  memorySize: number;
  tableBase: number;
  tableSize: number;
  /** Paths of the libraries that it asks the linker for by itself. */
  needs: string[];
}

/**
 * Notes every module from the main one on. The linker's own records say where a library lies only when
 * Python opened it, not when another library brought it along. Make it before the main module is there.
 */
export class LinkerWatch {
  /** Memory as the main module's file alone fills it: before anything is relocated or runs. */
  mainImage: Uint8Array = new Uint8Array(0);
  private readonly placed: PlacedModule[] = [];
  private module: LinkedModule | null = null;

  constructor() {
    const instantiate = WebAssembly.instantiate as (...given: unknown[]) => Promise<unknown>;
    WebAssembly.instantiate = (async (...given: unknown[]) => {
      const made = await instantiate(...given);
      const memory = made instanceof WebAssembly.Instance ? made.exports["memory"] : undefined;
      if (memory instanceof WebAssembly.Memory) this.mainImage = new Uint8Array(memory.buffer).slice();
      return made;
    }) as typeof WebAssembly.instantiate;
    WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
      construct: (target, [compiled, imports]: [WebAssembly.Module, WebAssembly.Imports]) => {
        const instance = new target(compiled, imports);
        const linking = readDynamicLinking(compiled);
        if (linking) this.note(linking, instance.exports, imports);
        return instance;
      },
    });
  }

  /** Say when the main module is there: files that were read to load a module are let go before the next. */
  attach(module: LinkedModule): void {
    this.module = module;
  }

  /** The libraries that are loaded, in the order they came in. Throws when one was not watched. */
  libraries(module: LinkedModule): PlacedLibrary[] {
    const loaded = Object.values(module.LDSO.loadedLibsByName).filter(({ name }) => name !== MAIN);
    const paths = new Map<unknown, string>();
    for (const { name, exports } of loaded) for (const value of functions(exports)) paths.set(value, name);
    const libraries = this.placed.flatMap(({ exports, linking, memoryBase, tableBase }): PlacedLibrary[] => {
      const path = functions(exports).map((value) => paths.get(value))[0];
      // Without a path the library was instantiated, but loading it failed afterwards.
      if (path === undefined) return [];
      const { memorySize, tableSize } = linking;
      const needs = linking.needed.map((name) => findLibrary(module, name, path, linking.runtimePaths));
      return [{ path, memoryBase, memorySize, tableBase, tableSize, needs }];
    });
    const found = new Set(libraries.map(({ path }) => path));
    for (const { name, exports } of loaded)
      if (!found.has(name) && typeof exports === "object")
        throw new Error(`${name} was loaded unseen, so where it lies is not known`);
    return libraries;
  }

  private note(linking: DynamicLinking, exports: WebAssembly.Exports, imports: WebAssembly.Imports): void {
    const env = imports["env"] as unknown as Record<"__memory_base" | "__table_base", number>;
    this.placed.push({ exports, linking, memoryBase: env.__memory_base, tableBase: env.__table_base });
    if (this.module) freeModuleFiles(this.module);
  }
}

function findLibrary(module: LinkedModule, name: string, parentLibPath: string, paths: string[]): string {
  return module.PATH.normalize(module.findLibraryFS(name, { parentLibPath, paths }) ?? name);
}

/** What belongs to this instance alone; the linker copies the rest. */
function functions(exports: object): unknown[] {
  return Object.values(exports).filter((value) => typeof value === "function");
}

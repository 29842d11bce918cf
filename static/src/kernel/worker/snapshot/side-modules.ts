/** The extension modules of a snapshot, at their old places: instantiated when first called, or at once. */
import type { Layout, ModulePlace, SideModule } from "./layout.ts";
import { type LinkedModule, mainExports } from "./linker.ts";

/** The bytes of a binary in the snapshot's file of modules. */
export type ReadBinary = (place: ModulePlace) => Uint8Array;

type Exports = Record<string, unknown>;

/** Compiled beside the main module: the stubs, and the modules that no stub can stand for. */
export interface CompiledModules {
  stubs: WebAssembly.Module;
  /** By their index in the layout. */
  eager: Map<number, WebAssembly.Module>;
}

export async function compileModules(layout: Layout, read: ReadBinary): Promise<CompiledModules> {
  const compile = (place: ModulePlace) => WebAssembly.compile(read(place) as BufferSource);
  const eager = layout.places.flatMap((place, index) => (place.isLazy ? [] : [{ place, index }]));
  const [stubs, ...compiled] = await Promise.all([
    compile(layout.stubs),
    ...eager.map(({ place }) => compile(place)),
  ]);
  return {
    stubs: stubs as WebAssembly.Module,
    eager: new Map(eager.map(({ index }, at) => [index, compiled[at] as WebAssembly.Module])),
  };
}

/**
 * Make the modules known to the linker and fill their table slots. No relocation and no constructor runs:
 * the saved memory already holds what they did.
 */
export function linkSideModules(
  module: LinkedModule,
  layout: Layout,
  compiled: CompiledModules,
  read: ReadBinary,
): void {
  const linker = new SideLinker(module, layout, read);
  new WebAssembly.Instance(compiled.stubs, {
    stubs: { table: module.wasmTable, load: (slot: number) => linker.loadOwner(slot) },
  });
  layout.modules.forEach((side, index) => {
    const object = module.newDSO(side.path, undefined, {});
    object.global = side.global;
    object.refcount = Number.POSITIVE_INFINITY;
    for (const handle of side.handles) module.LDSO.loadedLibsByHandle[handle] = object;
    const eager = compiled.eager.get(index);
    if (eager) {
      object.exports = linker.load(index, eager);
      if (side.global) module.mergeLibSymbols(object.exports, side.path);
    } else {
      // The linker looks at them for symbols: as good a reason to load it as a call.
      Object.defineProperty(object, "exports", { get: () => linker.load(index), configurable: true });
    }
  });
}

class SideLinker {
  private readonly module: LinkedModule;
  private readonly layout: Layout;
  private readonly read: ReadBinary;
  private readonly main: Exports;
  private readonly offsets: Record<string, WebAssembly.Global>;
  private readonly loaded = new Map<number, Exports>();
  /** Which module each slot belongs to. */
  private readonly owners: Int16Array;

  constructor(module: LinkedModule, layout: Layout, read: ReadBinary) {
    this.module = module;
    this.layout = layout;
    this.read = read;
    this.main = mainExports(module);
    this.offsets = offsetTable(module);
    this.owners = new Int16Array(layout.table_end - layout.table_start).fill(-1);
    layout.modules.forEach(({ tableBase, tableSize }, index) => {
      const start = tableBase - layout.table_start;
      if (tableSize > 0) this.owners.fill(index, start, start + tableSize);
    });
    for (const [slot, owner] of layout.slots) this.owners[slot - layout.table_start] = owner;
  }

  /** A stub was called: load the module whose function belongs into the slot. */
  loadOwner(slot: number): void {
    this.load(this.owners[slot - this.layout.table_start] as number);
  }

  /** The module's exports; the first time it is instantiated for them. */
  load(index: number, compiled?: WebAssembly.Module): Exports {
    const known = this.loaded.get(index);
    if (known) return known;
    const { module, layout } = this;
    const side = layout.modules[index] as SideModule;
    const binary =
      compiled ?? new WebAssembly.Module(this.read(layout.places[index] as ModulePlace) as BufferSource);
    // Instantiation writes the module's data segments over what has become of them since.
    const data = module.HEAPU8.slice(side.memoryBase, side.memoryBase + side.memorySize);
    const exports = instantiate(module, this.main, this.offsets, side, binary, (name) =>
      this.find(index, name),
    );
    module.HEAPU8.set(data, side.memoryBase);
    this.loaded.set(index, exports);
    if (side.tableSize > 0) module.updateTableMap(side.tableBase, side.tableSize);
    for (const [slot, owner, name] of layout.slots)
      if (owner === index) placeFunction(module, slot, exports[name]);
    const object = module.LDSO.loadedLibsByName[side.path];
    if (object) Object.defineProperty(object, "exports", { value: exports, writable: true });
    return exports;
  }

  /** As the linker does: what everybody sees, then what this module asked for (the latest first), then its own. */
  private find(index: number, name: string): unknown {
    const seenByAll = this.module.resolveGlobalSymbol(name).sym;
    if (seenByAll) return seenByAll;
    const inScope = this.scope(index).findLast((needed) => this.load(needed)[name]);
    return this.load(inScope ?? index)[name];
  }

  /** The modules that this one asked for, each after what it asked for in turn. */
  private scope(index: number): number[] {
    const { needs } = this.layout.modules[index] as SideModule;
    return needs.flatMap((needed) => [...this.scope(needed), needed]);
  }
}

/** Put a function into its slot of the table, and tell the linker where it is. */
export function placeFunction(module: LinkedModule, index: number, value: unknown): void {
  try {
    module.wasmTable.set(index, value);
  } catch (cause) {
    // The table takes no plain JavaScript functions; emscripten's carry their signature.
    const signature = (value as { sig?: string } | undefined)?.sig;
    if (!(cause instanceof TypeError) || !signature) throw cause;
    module.wasmTable.set(index, module.convertJsFunctionToWasm(value, signature));
  }
  module.updateTableMap(index, 1);
}

function instantiate(
  module: LinkedModule,
  main: Exports,
  offsets: Record<string, WebAssembly.Global>,
  side: SideModule,
  compiled: WebAssembly.Module,
  find: (name: string) => unknown,
): Exports {
  const late: Exports = {};
  const environment = new Proxy(late, {
    get(_, property) {
      const name = property as string;
      if (name === "__memory_base") return side.memoryBase;
      if (name === "__table_base") return side.tableBase;
      const known = main[name] as { stub?: boolean } | undefined;
      if (known && !known.stub) return known;
      let target: ((...values: unknown[]) => unknown) | undefined;
      late[name] ??= (...values: unknown[]) => {
        target ??= find(name) as typeof target;
        if (!target) throw new Error(`${side.path}: nothing provides the symbol ${name}`);
        return target(...values);
      };
      return late[name];
    },
  }) as WebAssembly.ModuleImports;
  const { exports } = new WebAssembly.Instance(compiled, {
    env: environment,
    wasi_snapshot_preview1: environment,
    "GOT.mem": offsets,
    "GOT.func": offsets,
  });
  return module.relocateExports(exports, side.memoryBase);
}

function offsetTable(module: LinkedModule): Record<string, WebAssembly.Global> {
  return new Proxy(module.GOT, {
    get(table, name) {
      table[name as string] ??= unresolvedOffset();
      return table[name as string];
    },
  });
}

/** As emscripten makes them: -1 stands for "not yet resolved". */
export function unresolvedOffset(): WebAssembly.Global<"i32"> {
  return new WebAssembly.Global({ value: "i32", mutable: true }, -1);
}

/** Python booted so that its heap can be saved, and the saving of it. */
import type { Environment } from "../../../contracts/generated.ts";
import { type BootedPython, type BootOptions, bootPython, sitePackages } from "../boot.ts";
import { type LinkedModule, padTable, type SnapshotPyodide } from "./linker.ts";
import { packWheels } from "./packs.ts";
import { LinkerWatch } from "./placed-modules.ts";
import { type SavedSnapshot, saveSnapshot } from "./save.ts";

/** PyProxies, as far as saving calls them. */
interface PythonBridge {
  spent_byte_code(): string;
  destroy(): void;
}

interface Collector {
  collect(): number;
  freeze(): void;
  destroy(): void;
}

interface Builtins {
  /** An object's address. */
  id(object: Collector): number;
  destroy(): void;
}

export interface SavablePython extends BootedPython {
  tableStart: number;
  watch: LinkerWatch;
}

export async function bootToSave(options: BootOptions): Promise<SavablePython> {
  let tableStart = 0;
  const watch = new LinkerWatch();
  const booted = await bootPython(options, {
    loader: { _makeSnapshot: true },
    onModule: (module) => {
      tableStart = padTable(module as LinkedModule);
      watch.attach(module as LinkedModule);
    },
  });
  return { ...booted, tableStart, watch };
}

/** Save what `python` has imported; no JavaScript may hold a Python object any more. It is of no use afterwards. */
export function saveMade(
  { pyodide, tableStart, watch }: SavablePython,
  environment: Environment,
  wheels: Uint8Array[],
): Promise<SavedSnapshot> {
  const bridge = pyodide.pyimport("wasm_runtime.kernel.bridge") as PythonBridge;
  const spent = new Set(JSON.parse(bridge.spent_byte_code()) as string[]);
  bridge.destroy();
  const collector = pyodide.pyimport("gc") as Collector;
  while (collector.collect() > 0);
  // No collection of a restored kernel need look at what the snapshot holds: it would touch all of it.
  collector.freeze();
  const builtins = pyodide.pyimport("builtins") as Builtins;
  const frozenObject = builtins.id(collector);
  builtins.destroy();
  collector.destroy();
  return saveSnapshot(pyodide as SnapshotPyodide, environment, tableStart, watch, frozenObject, (loaded) =>
    packWheels(wheels, sitePackages(environment), loaded, spent),
  );
}

/** Python with everything imported, before it is anybody's kernel: to become one, or to be saved. */
import type { PrepareKernel, SnapshotSaved } from "../../contracts/generated.ts";
import type { Assets } from "./assets.ts";
import type { BootOptions } from "./boot.ts";
import type { CorePlatform, PythonKernel } from "./core.ts";
import type { RuntimeFiles } from "./fetch.ts";
import type { Host } from "./host.ts";
import { bootToSave, type SavablePython, saveMade } from "./snapshot/make.ts";
import { type StartedPython, startPython } from "./snapshot/start.ts";
import { Stopwatch } from "./stopwatch.ts";

export type PreparePlan = Omit<PrepareKernel, "kind">;

/** `wasm_runtime.kernel.bridge`, as far as JavaScript calls it. */
interface PythonBridge {
  prepare(preloadJson: string): void;
  prepare_more(namesJson: string): string;
  start(host: Host): PythonKernel;
  destroy(): void;
}

export interface PreparedPython extends StartedPython {
  plan: PreparePlan;
  /** Set when it was booted to be saved. */
  savable: SavablePython | null;
  assets: Assets;
  bridge: PythonBridge;
  stopwatch: Stopwatch;
}

export interface PrepareParts {
  platform: Pick<CorePlatform, "post" | "importModule" | "lockDown" | "arriving">;
  files: RuntimeFiles;
  assets: Assets;
}

export async function preparePython(plan: PreparePlan, parts: PrepareParts): Promise<PreparedPython> {
  const { environment, settings } = plan;
  const { platform, files, assets } = parts;
  const stopwatch = new Stopwatch();
  const options: BootOptions = {
    environment,
    environmentVariables: settings.environment_variables ?? {},
    home: settings.working_folder ?? "/home/notebook",
    assets,
    arriving: plan.to_save ? null : platform.arriving,
    importModule: platform.importModule,
    serveRuntimeFile: (name, body) => files.serve(name, body),
    onStep: (step, detail) => platform.post({ kind: "start_progress", step, detail }, []),
    stopwatch,
  };
  const savable = plan.to_save ? await bootToSave(options) : null;
  const python = savable
    ? { ...savable, restored: false, note: "" }
    : await startPython(options, settings.use_snapshot ?? true);
  if (!savable) assets.clear();
  files.clear();

  const preload = environment.preload ?? [];
  if (!python.restored)
    platform.post({ kind: "start_progress", step: "imports", detail: preload.join(", ") }, []);
  platform.lockDown();
  const bridge = python.pyodide.pyimport("wasm_runtime.kernel.bridge") as PythonBridge;
  if (!python.restored) bridge.prepare(JSON.stringify(preload));
  stopwatch.lap("imports");
  return { ...python, plan, savable, assets, bridge, stopwatch };
}

/** Save the heap once `imports` are in it as well. */
export async function savePrepared(
  { plan, savable, assets, bridge }: PreparedPython,
  imports: string[],
  platform: Pick<CorePlatform, "post">,
): Promise<Omit<SnapshotSaved, "kind">> {
  if (!savable) throw new Error("Python was not booted to be saved");
  const { environment } = plan;
  platform.post({ kind: "start_progress", step: "imports", detail: imports.join(", ") }, []);
  const imported = JSON.parse(bridge.prepare_more(JSON.stringify(imports))) as string[];
  bridge.destroy();
  platform.post({ kind: "start_progress", step: "save" }, []);
  // A kernel of the environment that is restored from this imports them when it has to boot instead.
  const kept = { ...environment, preload: [...(environment.preload ?? []), ...imported] };
  const wheels = await Promise.all(environment.wheels.map(({ file }) => assets.get(file.sha256)));
  const { layout, heap, modules, files } = await saveMade(savable, kept, wheels);
  const bodies = { layout: new TextEncoder().encode(JSON.stringify(layout)), heap, modules, files };
  const parts = Object.entries(bodies).map(([name, body]) => ({ name, body }));
  return { parts, imports: imported };
}

/** Start Python from bytes: compile while files still arrive, mount the wheels, run Pyodide's own loader. */
import type { Environment, StartProgress, StoredFile } from "../../contracts/generated.ts";
import { STANDARD_LIBRARY } from "../environment-files.ts";
import type { ArrivingReads } from "./arriving-reads.ts";
import type { Assets } from "./assets.ts";
import type {
  CreateModule,
  EmscriptenFileSystem,
  EmscriptenModule,
  LoadPyodide,
  LoadPyodideOptions,
  PreRun,
  Pyodide,
} from "./emscripten.ts";
import { mountWheels } from "./lazy-files.ts";
import type { Stopwatch } from "./stopwatch.ts";

/** Where Pyodide believes its files to be; `RuntimeFiles` answers for this host, no network does. */
export const RUNTIME_BASE = "https://runtime.invalid/";

export type ImportModule = (source: string) => Promise<Record<string, unknown>>;

export interface BootOptions {
  environment: Environment;
  environmentVariables: Record<string, string>;
  home: string;
  assets: Assets;
  /** Null where Python cannot wait for a file that is still on its way. */
  arriving: ArrivingReads | null;
  /** Evaluates the text of an ES module. */
  importModule: ImportModule;
  serveRuntimeFile(name: string, body: Promise<Uint8Array>): void;
  onStep(step: StartProgress["step"], detail: string): void;
  stopwatch: Stopwatch;
}

export interface BootedPython {
  pyodide: Pyodide;
  lockText: string;
}

/** Pyodide's own files, on their way and being compiled. */
export interface Runtime {
  compiled: Promise<WebAssembly.Module>;
  loader: Promise<Record<string, unknown>>;
  creator: Promise<Record<string, unknown>>;
  lock: Promise<string>;
}

/** What saving and restoring a snapshot do otherwise. */
export interface BootVariant {
  loader?: Partial<LoadPyodideOptions>;
  /** The archive of the standard library, where it is not the whole one. */
  library?: Uint8Array;
  /** Called when the main module is there, before Pyodide makes use of it. */
  onModule?(module: EmscriptenModule): Promise<void> | void;
  /** Put the packages below `target`, otherwise than from their wheels. */
  mount?(fs: EmscriptenFileSystem, target: string): Promise<void>;
}

/** Asks for everything that any start needs, and begins to compile it. */
export function loadRuntime(options: BootOptions): Runtime {
  const { environment, assets, importModule, stopwatch } = options;
  const file = (name: string): Promise<Uint8Array> => assets.get(runtimeFile(environment, name).sha256);
  const runtime = {
    compiled: file("pyodide.asm.wasm").then((body) =>
      stopwatch.measure("compile", () => WebAssembly.compile(body as BufferSource)),
    ),
    loader: file("pyodide.mjs").then((body) => importModule(decodeText(body))),
    creator: file("pyodide.asm.mjs").then((body) => importModule(decodeText(body))),
    lock: assets.get(environment.lock.sha256).then(decodeText),
  };
  // Whoever awaits them comes later; until then a rejection is not unhandled.
  for (const part of Object.values(runtime)) part.catch(() => undefined);
  return runtime;
}

/** Boot an empty interpreter that sees every wheel of the environment; rejects when a file does not fit. */
export async function bootPython(
  options: BootOptions,
  variant: BootVariant = {},
  runtime = loadRuntime(options),
): Promise<BootedPython> {
  const { environment, assets, stopwatch } = options;
  options.onStep("runtime", `Python ${environment.python_version}`);
  const mount = variant.mount ?? wheelMount(options);
  options.serveRuntimeFile("pyodide.asm.wasm", Promise.resolve(new Uint8Array(0)));
  const library = variant.library ?? assets.get(runtimeFile(environment, STANDARD_LIBRARY).sha256);
  options.serveRuntimeFile(STANDARD_LIBRARY, Promise.resolve(library));

  const [loader, creator, lock] = await Promise.all([runtime.loader, runtime.creator, runtime.lock]);
  stopwatch.lap("runtime");
  const createModule = creator["default"] as CreateModule;
  const loadPyodide = loader["loadPyodide"] as LoadPyodide;
  // The loader only logs what fails in its hooks, and would then wait for ever.
  const failed = Promise.withResolvers<never>();
  const preRun: PreRun = (module) => void mountBeforePython(module, options, mount).catch(failed.reject);
  const pyodide = await withCompiledModule(runtime.compiled, failed, () =>
    loadPyodide({
      indexURL: RUNTIME_BASE,
      stdLibURL: `${RUNTIME_BASE}${STANDARD_LIBRARY}`,
      packageBaseUrl: RUNTIME_BASE,
      lockFileContents: JSON.parse(lock),
      env: { HOME: options.home, PYTHONDONTWRITEBYTECODE: "1", ...options.environmentVariables },
      createPyodideModule: async (settings) => {
        const module = await createModule({ ...settings, preRun: [...settings.preRun, preRun] });
        await variant.onModule?.(module);
        return module;
      },
      ...variant.loader,
    }),
  );
  for (const wheel of environment.wheels) pyodide.loadedPackages[wheel.name] = "environment";
  stopwatch.lap("python");
  return { pyodide, lockText: lock };
}

/** A preRun hook: Python's first import must already see the packages, so the start waits for them. */
async function mountBeforePython(
  module: EmscriptenModule,
  options: BootOptions,
  mount: NonNullable<BootVariant["mount"]>,
): Promise<void> {
  const { environment, onStep } = options;
  module.addRunDependency("packages");
  onStep("packages", `${environment.wheels.length} packages`);
  await mount(module.FS, sitePackages(environment));
  onStep("python", `Python ${environment.python_version}`);
  module.removeRunDependency("packages");
}

function wheelMount({ environment, assets, stopwatch }: BootOptions): NonNullable<BootVariant["mount"]> {
  // Asked for at once; they are waited for once the main module is there.
  const bodies = Promise.all(environment.wheels.map((wheel) => assets.get(wheel.file.sha256)));
  bodies.catch(() => undefined);
  return async (fs, target) => {
    const wheels = await stopwatch.measure("assets", () => bodies);
    await stopwatch.measure("mount", () => mountWheels(fs, target, wheels));
  };
}

/**
 * Pyodide's loader fetches and compiles the main module itself, after its script has run. Giving it the
 * module that was compiled meanwhile overlaps the two longest steps.
 */
async function withCompiledModule<T>(
  compiled: Promise<WebAssembly.Module>,
  failed: PromiseWithResolvers<never>,
  load: () => Promise<T>,
): Promise<T> {
  const stock = WebAssembly.instantiateStreaming;
  WebAssembly.instantiateStreaming = async (_response, imports) => {
    try {
      const module = await compiled;
      return { module, instance: await WebAssembly.instantiate(module, imports) };
    } catch (cause) {
      failed.reject(cause);
      throw cause;
    }
  };
  try {
    return await Promise.race([load(), failed.promise]);
  } finally {
    WebAssembly.instantiateStreaming = stock;
  }
}

export function sitePackages(environment: Environment): string {
  const [major, minor] = environment.python_version.split(".");
  return `/lib/python${major}.${minor}/site-packages`;
}

function runtimeFile(environment: Environment, name: string): StoredFile {
  const found = environment.runtime.find((file) => file.name === name);
  if (!found) throw new Error(`environment ${environment.name} has no ${name}`);
  return found;
}

function decodeText(body: Uint8Array): string {
  return new TextDecoder().decode(body);
}

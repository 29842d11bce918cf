/** Makes an environment's snapshot, under Deno: boots it as a kernel does, imports its preload list, saves the heap.
 *
 *     deno run --no-prompt --allow-read=STORE,FOLDER,THIS_FILE --allow-write=FOLDER snapshot-maker.js --store STORE --folder FOLDER
 *
 * FOLDER holds `environment.json` (contracts' Environment); `layout.json`, `heap`, `modules`, `files` and
 * `report.json` are put there.
 */
import { Buffer } from "node:buffer";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import nodeProcess from "node:process";
import type { Environment, StoredFile } from "../../contracts/generated.ts";
import { disguiseAsWorker } from "../headless/disguise.ts";

import { ProvedBytes } from "../worker/asset-body.ts";
import { Assets } from "../worker/assets.ts";
import { RuntimeFiles } from "../worker/fetch.ts";
import { bootToSave, type SavablePython, saveMade } from "../worker/snapshot/make.ts";
import { Stopwatch } from "../worker/stopwatch.ts";
import { readStored } from "./read-stored.ts";
import { makeRepeatable } from "./repeatable.ts";

/** A PyProxy, as far as the maker calls it. */
interface PythonBridge {
  prepare(preloadJson: string): void;
  destroy(): void;
}

const { Deno } = globalThis as { Deno?: { exit(code: number): never } };
const exit: (code: number) => never = Deno ? Deno.exit.bind(Deno) : nodeProcess.exit.bind(nodeProcess);
const store = argument("--store");
const folder = argument("--folder");
if (!("Suspending" in WebAssembly)) fail("this host has no WebAssembly stack switching (JSPI)");

disguiseAsWorker();
makeRepeatable();
try {
  await make();
  exit(0);
} catch (cause) {
  fail(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause));
}

async function make(): Promise<void> {
  const environment = JSON.parse(readFileSync(join(folder, "environment.json"), "utf8")) as Environment;
  const python = await bootToSave({
    environment,
    environmentVariables: {},
    home: "/home/notebook",
    assets: storedAssets(environment),
    arriving: null,
    importModule: (source) => import(`data:text/javascript;base64,${Buffer.from(source).toString("base64")}`),
    serveRuntimeFile: serveFiles(),
    onStep: () => undefined,
    stopwatch: new Stopwatch(),
  });
  prepare(python, environment.preload ?? []);
  const wheels = environment.wheels.map(({ file }) => readStored(store, file));
  const { heap, modules, files, layout, swept } = await saveMade(python, environment, wheels);
  for (const [name, body] of Object.entries({ heap, modules, files }))
    writeFileSync(join(folder, name), body);
  writeFileSync(join(folder, "layout.json"), JSON.stringify(layout));
  const report = {
    modules: layout.modules.length,
    memory_bytes: layout.memory_bytes,
    swept,
  };
  writeFileSync(join(folder, "report.json"), JSON.stringify(report));
}

/** Import and warm up. */
function prepare({ pyodide }: SavablePython, preload: string[]): void {
  const bridge = pyodide.pyimport("wasm_runtime.kernel.bridge") as PythonBridge;
  bridge.prepare(JSON.stringify(preload));
  bridge.destroy();
}

function storedAssets(environment: Environment): Assets {
  const files = [...environment.runtime, environment.lock, ...environment.wheels.map(({ file }) => file)];
  const bySha256 = new Map(files.map((file) => [file.sha256, file]));
  const assets = new Assets((sha256) => {
    const file = bySha256.get(sha256) as StoredFile;
    assets.provide(sha256, new ProvedBytes(readStored(store, file)));
  });
  return assets;
}

function serveFiles(): (name: string, body: Promise<Uint8Array>) => void {
  const files = new RuntimeFiles();
  globalThis.fetch = async (input) => {
    const body = files.find(String(input));
    if (!body) throw new TypeError(`no network while a snapshot is made: ${String(input)}`);
    return new Response((await body) as BufferSource);
  };
  return (name, body) => files.serve(name, body);
}

function argument(name: string): string {
  const at = nodeProcess.argv.indexOf(name);
  const value = at < 0 ? undefined : nodeProcess.argv[at + 1];
  return value ?? fail(`usage: snapshot-maker.js --store FOLDER --folder FOLDER`);
}

function fail(message: string): never {
  console.error(message);
  return exit(1);
}

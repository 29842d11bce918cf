/** Which files a kernel of an environment needs, and when. */
import type { Environment, StoredFile } from "../contracts/generated.ts";

export interface StartFile extends StoredFile {
  /** The start goes on without it. */
  optional?: true;
  /** The kernel can be ready before it has come. */
  later?: true;
  /** A worker that can wait for it asks for it when it reads from it; it may never do so. */
  onDemand?: true;
}

/** Python's standard library; what a saved heap has imported of it is in the heap. */
export const STANDARD_LIBRARY = "python_stdlib.zip";
/** Files whose absence holds up the start longest; they are asked for first. */
const FIRST = ["pyodide.asm.wasm", "pyodide.asm.mjs", "pyodide.mjs", STANDARD_LIBRARY];

/** Everything a worker needs to start, in the order in which to ask for it: restored, or booted from the wheels. */
export function filesToStart(environment: Environment, useSnapshot: boolean): StartFile[] {
  const rank = (file: StoredFile): number => {
    const at = FIRST.indexOf(file.name);
    return at < 0 ? FIRST.length : at;
  };
  const runtime = environment.runtime.toSorted((a, b) => rank(a) - rank(b));
  const wheels = environment.wheels
    .map((wheel) => wheel.file)
    .toSorted((a, b) => b.size_bytes - a.size_bytes);
  const { snapshot } = environment;
  const isLibrary = (file: StoredFile): boolean => file.name === STANDARD_LIBRARY;
  const files: StartFile[] =
    snapshot && useSnapshot
      ? [
          // It says what to do with all the others; the heap is the largest.
          { ...snapshot.layout, optional: true },
          ...runtime.filter((file) => !isLibrary(file)),
          environment.lock,
          { ...snapshot.heap, optional: true },
          { ...snapshot.modules, optional: true },
          ...runtime.filter(isLibrary).map((file) => ({ ...file, optional: true, later: true }) as const),
          { ...snapshot.files, optional: true, later: true, onDemand: true },
        ]
      : [...runtime, environment.lock, ...wheels];
  return [...new Map(files.map((file) => [file.sha256, file])).values()];
}

/** Whether kernels can be restored from snapshots here: a saved heap takes stack switching for granted. */
export function canRestore(): boolean {
  return "Suspending" in WebAssembly;
}

/** Every file that a kernel of this environment may load. */
export function allFiles({ runtime, lock, wheels, snapshot }: Environment): StoredFile[] {
  const saved = snapshot ? [snapshot.layout, snapshot.heap, snapshot.modules, snapshot.files] : [];
  return [...runtime, lock, ...wheels.map(({ file }) => file), ...saved];
}

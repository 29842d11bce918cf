/** Deno by its own interface: its imitation of Node's modules takes longer to load than all else of it. */
import { importModule } from "../worker/import-module.ts";
import type { Host, HostFile } from "./host.ts";

interface DenoStream {
  writeSync(bytes: Uint8Array): number;
}

interface DenoFile {
  readSync(target: Uint8Array): number | null;
  seekSync(offset: number, from: number): number;
  close(): void;
}

export interface DenoGlobal {
  readonly args: string[];
  readonly stdin: { read(target: Uint8Array): Promise<number | null> };
  readonly stdout: DenoStream;
  readonly stderr: DenoStream;
  openSync(path: string): DenoFile;
  exit(status: number): never;
}

const FROM_START = 0;
const FROM_END = 2;
const CHUNK_BYTES = 1 << 16;

export function denoHost(deno: DenoGlobal): Host {
  const { stdin, stdout, stderr } = deno;
  const openSync = deno.openSync.bind(deno);
  surviveErrors();
  return {
    arguments: deno.args,
    openFile: (path) => denoFile(openSync(path)),
    writeOutput: (bytes) => writeAll(stdout, bytes),
    writeError: (bytes) => writeAll(stderr, bytes),
    async readInput(onChunk) {
      for (;;) {
        const chunk = new Uint8Array(CHUNK_BYTES);
        const count = await stdin.read(chunk);
        if (count === null) return;
        onChunk(chunk.subarray(0, count));
      }
    },
    importModule,
    exit: deno.exit.bind(deno),
  };
}

/** As in a browser, what code leaves uncaught is told and does not end Python. */
function surviveErrors(): void {
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    console.error(event.error);
  });
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    console.error(event.reason);
  });
}

function denoFile(file: DenoFile): HostFile {
  return {
    // Not by statSync, which looks for the global that Python must not find.
    bytes: file.seekSync(0, FROM_END),
    readInto(target, position) {
      file.seekSync(position, FROM_START);
      return file.readSync(target) ?? 0;
    },
    close: () => file.close(),
  };
}

function writeAll(stream: DenoStream, bytes: Uint8Array): void {
  for (let rest = bytes; rest.length > 0; ) rest = rest.subarray(stream.writeSync(rest));
}

/** Node, which is no sandbox. Its modules are imported only here, where they are wanted. */
import { evaluateModule } from "../worker/module-text.ts";
import type { Host } from "./host.ts";

const STDOUT = 1;
const STDERR = 2;
const PAUSE_MILLISECONDS = 5;

export async function nodeHost(): Promise<Host> {
  const [{ Buffer }, fs, { default: process }] = await Promise.all([
    import("node:buffer"),
    import("node:fs"),
    import("node:process"),
  ]);

  function writeAll(descriptor: number, bytes: Uint8Array): void {
    for (let rest = bytes; rest.length > 0; ) rest = rest.subarray(writeSome(descriptor, rest));
  }

  function writeSome(descriptor: number, bytes: Uint8Array): number {
    try {
      return fs.writeSync(descriptor, bytes);
    } catch (cause) {
      // A full pipe: the parent is slower than the kernel, which waits.
      if ((cause as { code?: string }).code !== "EAGAIN") throw cause;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MILLISECONDS);
      return 0;
    }
  }

  return {
    arguments: process.argv.slice(2),
    openFile(path) {
      const descriptor = fs.openSync(path, "r");
      return {
        bytes: fs.fstatSync(descriptor).size,
        readInto: (target, position) => fs.readSync(descriptor, target, 0, target.length, position),
        close: () => fs.closeSync(descriptor),
      };
    },
    writeOutput: (bytes) => writeAll(STDOUT, bytes),
    writeError: (bytes) => writeAll(STDERR, bytes),
    readInput: (onChunk) =>
      new Promise((resolve) => {
        process.stdin.on("data", onChunk);
        process.stdin.on("end", resolve);
      }),
    // Node imports no blobs.
    importModule: async (source) =>
      evaluateModule(source) ??
      import(`data:text/javascript;base64,${Buffer.from(source).toString("base64")}`),
    exit: process.exit.bind(process),
  };
}

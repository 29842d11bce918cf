/** Files that Python keeps open: descriptors are saved with the heap, what they stand for is not. */
import { type Layout, SnapshotRefused } from "./layout.ts";
import type { LinkedModule } from "./linker.ts";

const STANDARD_STREAMS = 3;
/** Where the standard library and the packages are put before Python starts. */
const INSTALLED = "/lib/";

/** Every file open for reading. Throws for one that would not be there after a restore. */
export function listOpenFiles(module: LinkedModule): Layout["open_files"] {
  return module.FS.streams.flatMap((stream) => {
    if (!stream || stream.fd < STANDARD_STREAMS) return [];
    const { fd, path, flags, position } = stream;
    if (!path.startsWith(INSTALLED) || flags & WRITING)
      throw new Error(`Python still has ${path} open, which cannot be saved`);
    return [{ descriptor: fd, path, position }];
  });
}

/** Open them again under the same descriptors, once the packages are mounted. */
export function reopenFiles(module: LinkedModule, files: Layout["open_files"]): void {
  const { FS } = module;
  for (const { descriptor, path, position } of files) {
    if (FS.streams[descriptor]) throw new SnapshotRefused(`descriptor ${descriptor} is taken already`);
    const stream = FS.open(path, "r");
    if (stream.fd !== descriptor) {
      FS.streams[stream.fd] = null;
      FS.streams[descriptor] = stream;
      stream.fd = descriptor;
    }
    stream.position = position;
  }
}

/** O_WRONLY or O_RDWR. */
const WRITING = 3;

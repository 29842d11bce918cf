/** The files of a snapshot that are not memory: its extension modules, and all else that the wheels hold. */
import { crc32 } from "../crc32.ts";
import { wheelPath } from "../lazy-files.ts";
import { joined, type PackedFolder, pack, type UnpackedFile } from "../pack.ts";
import { readZipDirectory, readZipFile, type ZipEntry, zipData } from "../zip.ts";
import type { ModulePlace, SideModule } from "./layout.ts";

export interface SnapshotPacks {
  /** The binaries one after the other. */
  modules: Uint8Array;
  /** Where in `modules` each is, in the order of the side modules given. */
  places: ModulePlace[];
  files: Uint8Array;
  folders: PackedFolder[];
}

/**
 * Sort the files of `wheels`, mounted at `target`, into the two packs; those of `spent` are left out.
 * Throws when a module is in no wheel.
 */
export function packWheels(
  wheels: Iterable<Uint8Array>,
  target: string,
  modules: readonly SideModule[],
  spent: ReadonlySet<string> = new Set(),
): SnapshotPacks {
  const loaded = new Set(modules.map(({ path }) => path));
  const binaries = new Map<string, Uint8Array>();
  const files = new Map<string, UnpackedFile>();
  for (const archive of wheels)
    for (const entry of readZipDirectory(archive)) {
      const path = wheelPath(entry.name);
      if (spent.has(`${target}/${path}`)) continue;
      if (!loaded.has(`${target}/${path}`)) {
        // As the mount does: of two files of one name the first counts.
        if (!files.has(path)) files.set(path, unpacked(archive, entry, path));
      } else if (!binaries.has(`${target}/${path}`)) {
        binaries.set(`${target}/${path}`, readZipFile(archive, entry));
      }
    }
  const places: ModulePlace[] = [];
  let at = 0;
  for (const { path } of modules) {
    const binary = binaries.get(path);
    if (!binary) throw new Error(`no wheel has ${path}, which Python has loaded`);
    places.push({ start: at, bytes: binary.length, crc32: crc32(binary), isLazy: false });
    at += binary.length;
  }
  const parts = modules.map(({ path }) => binaries.get(path) as Uint8Array);
  const { body, folders } = pack(files.values());
  return { modules: joined(parts, at), places, files: body, folders };
}

/** As it is in the wheel: what starts read is stored, so that it compresses well on its way. */
function unpacked(archive: Uint8Array, entry: ZipEntry, path: string): UnpackedFile {
  const { compressed, sizeBytes } = entry;
  // An empty file needs no compressed form, and the directory has no way to tell of one.
  const isCompressed = compressed && sizeBytes > 0;
  const data = isCompressed ? zipData(archive, entry) : readZipFile(archive, entry);
  return { path, data, isCompressed, sizeBytes, crc32: entry.crc32 };
}

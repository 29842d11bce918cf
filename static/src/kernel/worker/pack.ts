/** Many files as one: their bytes one after the other, and a directory kept beside it. */
import { inflateSync } from "fflate";
import type { RangeReader } from "./asset-body.ts";
import { crc32 } from "./crc32.ts";
import { DamagedFile, ReadInterrupted } from "./file-errors.ts";

/** A folder's files: name, bytes in the pack, size when inflated (0 when stored as it is), CRC-32; and so on. */
export interface PackedFolder {
  path: string;
  /** Where the first of its files begins; the others follow. */
  start: number;
  files: (string | number)[];
}

export const PACKED_FIELDS = 4;

export interface PackedFile {
  name: string;
  start: number;
  end: number;
  isCompressed: boolean;
  sizeBytes: number;
  crc32: number;
}

export function* filesOf(folder: PackedFolder): Iterable<PackedFile> {
  let { start } = folder;
  for (let i = 0; i < folder.files.length; i += PACKED_FIELDS) {
    const [name, bytes, inflated, sum] = folder.files.slice(i) as [string, number, number, number];
    const end = start + bytes;
    yield { name, start, end, isCompressed: inflated > 0, sizeBytes: inflated || bytes, crc32: sum };
    start = end;
  }
}

/** The file's contents. Throws DamagedFile. */
export function readPacked(body: RangeReader, file: PackedFile): Uint8Array {
  const data = readRange(body, file);
  const contents = file.isCompressed ? inflate(data, file) : data;
  if (contents.length !== file.sizeBytes || crc32(contents) !== file.crc32)
    throw new DamagedFile(`${file.name} is damaged`);
  return contents;
}

function readRange(body: RangeReader, { name, start, end }: PackedFile): Uint8Array {
  try {
    return body.read(start, end);
  } catch (cause) {
    if (cause instanceof ReadInterrupted || cause instanceof DamagedFile) throw cause;
    throw new DamagedFile(`${name} cannot be read (${cause})`);
  }
}

function inflate(data: Uint8Array, { name, sizeBytes }: PackedFile): Uint8Array {
  try {
    // The fixed output buffer bounds what damage can cost.
    return inflateSync(data, { out: new Uint8Array(sizeBytes + 1) });
  } catch (cause) {
    throw new DamagedFile(`${name} cannot be decompressed (${cause})`);
  }
}

/** A file to put into a pack. */
export interface UnpackedFile {
  path: string;
  data: Uint8Array;
  isCompressed: boolean;
  sizeBytes: number;
  crc32: number;
}

/** The files one after the other, folder by folder, and the directory that finds them again. */
export function pack(files: Iterable<UnpackedFile>): { body: Uint8Array; folders: PackedFolder[] } {
  const byFolder = new Map<string, UnpackedFile[]>();
  for (const file of files) {
    const folder = file.path.slice(0, Math.max(0, file.path.lastIndexOf("/")));
    const members = byFolder.get(folder);
    if (members) members.push(file);
    else byFolder.set(folder, [file]);
  }
  const folders: PackedFolder[] = [];
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const path of [...byFolder.keys()].sort()) {
    const folder: PackedFolder = { path, start: at, files: [] };
    for (const file of (byFolder.get(path) as UnpackedFile[]).sort(byPath)) {
      const name = file.path.slice(path === "" ? 0 : path.length + 1);
      folder.files.push(name, file.data.length, file.isCompressed ? file.sizeBytes : 0, file.crc32);
      parts.push(file.data);
      at += file.data.length;
    }
    folders.push(folder);
  }
  return { body: joined(parts, at), folders };
}

function byPath(a: UnpackedFile, b: UnpackedFile): number {
  return a.path < b.path ? -1 : 1;
}

export function joined(parts: Iterable<Uint8Array>, bytes: number): Uint8Array {
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Read a zip's directory and its files, synchronously; refuse what a wheel never contains. */
import { inflateSync } from "fflate";
import { DamagedFile } from "./file-errors.ts";

export interface ZipEntry {
  name: string;
  compressed: boolean;
  /** Of the file's contents. */
  crc32: number;
  compressedBytes: number;
  sizeBytes: number;
  headerOffset: number;
}

/** A zip that is damaged or not of the plain kind that wheels are. */
export class ZipError extends DamagedFile {}

const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const HEADER_SIGNATURE = 0x04034b50;
const END_BYTES = 22;
const LONGEST_COMMENT = 0xffff;
const ENTRY_BYTES = 46;
const HEADER_BYTES = 30;
const ENCRYPTED = 1;
const STORED = 0;
const DEFLATED = 8;

/** Every file of the archive, in directory order; folders are left out. Throws ZipError. */
export function readZipDirectory(archive: Uint8Array): ZipEntry[] {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  const end = findEnd(view);
  const count = view.getUint16(end + 10, true);
  const directoryBytes = view.getUint32(end + 12, true);
  let at = view.getUint32(end + 16, true);
  if (count === 0xffff || at === 0xffffffff) throw new ZipError("zip64 archives are not supported");
  if (at + directoryBytes > end) throw new ZipError("the zip's directory lies outside of the file");
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const entries: ZipEntry[] = [];
  for (let i = 0; i < count; i++) {
    if (at + ENTRY_BYTES > end || view.getUint32(at, true) !== ENTRY_SIGNATURE)
      throw new ZipError(`the zip's directory is damaged at entry ${i}`);
    const nameBytes = view.getUint16(at + 28, true);
    const nameEnd = at + ENTRY_BYTES + nameBytes;
    if (nameEnd > end) throw new ZipError(`the zip's directory is damaged at entry ${i}`);
    const name = decodeName(decoder, archive.subarray(at + ENTRY_BYTES, nameEnd));
    if (!name.endsWith("/")) entries.push(readEntry(view, at, name));
    at = nameEnd + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return entries;
}

/** The file's bytes: a view of the archive when stored, a new array when compressed. Throws ZipError. */
export function readZipFile(archive: Uint8Array, entry: ZipEntry): Uint8Array {
  const data = zipData(archive, entry);
  if (!entry.compressed) return data;
  return inflate(data, entry);
}

/** The file's bytes as the archive holds them, compressed or not. Throws ZipError. */
export function zipData(archive: Uint8Array, entry: ZipEntry): Uint8Array {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  const at = entry.headerOffset;
  if (at + HEADER_BYTES > view.byteLength || view.getUint32(at, true) !== HEADER_SIGNATURE)
    throw new ZipError(`${entry.name}: its local header is damaged`);
  const start = at + HEADER_BYTES + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
  const end = start + entry.compressedBytes;
  if (end > view.byteLength) throw new ZipError(`${entry.name}: the archive ends before its data does`);
  return archive.subarray(start, end);
}

function inflate(data: Uint8Array, entry: ZipEntry): Uint8Array {
  let contents: Uint8Array;
  try {
    // The fixed output buffer bounds a zip bomb; its one byte more than stated tells of one.
    contents = inflateSync(data, { out: new Uint8Array(entry.sizeBytes + 1) });
  } catch (cause) {
    throw new ZipError(`${entry.name}: its data cannot be decompressed (${cause})`);
  }
  if (contents.length !== entry.sizeBytes)
    throw new ZipError(`${entry.name}: its size differs from the directory's`);
  return contents;
}

function findEnd(view: DataView): number {
  const last = view.byteLength - END_BYTES;
  for (let at = last; at >= Math.max(0, last - LONGEST_COMMENT); at--)
    if (
      view.getUint32(at, true) === END_SIGNATURE &&
      at + END_BYTES + view.getUint16(at + 20, true) === view.byteLength
    )
      return at;
  throw new ZipError("not a zip archive");
}

function readEntry(view: DataView, at: number, name: string): ZipEntry {
  const method = view.getUint16(at + 10, true);
  if (view.getUint16(at + 8, true) & ENCRYPTED) throw new ZipError(`${name}: encrypted`);
  if (method !== STORED && method !== DEFLATED) throw new ZipError(`${name}: compression method ${method}`);
  return {
    name,
    compressed: method === DEFLATED,
    crc32: view.getUint32(at + 16, true),
    compressedBytes: view.getUint32(at + 20, true),
    sizeBytes: view.getUint32(at + 24, true),
    headerOffset: view.getUint32(at + 42, true),
  };
}

function decodeName(decoder: TextDecoder, bytes: Uint8Array): string {
  let name: string;
  try {
    name = decoder.decode(bytes);
  } catch {
    throw new ZipError("a file's name is not UTF-8");
  }
  const parts = name.split("/");
  if (parts[0] === "" || parts.includes("..") || parts.includes(".") || /[\\\0]/.test(name))
    throw new ZipError(`${JSON.stringify(name)}: not a name below the archive's root`);
  return name;
}

/** Zip archives without compression (PKWARE APPNOTE 6.3, the parts every reader knows). */

export interface ZipEntry {
  path: string;
  body: Uint8Array;
  modified: Date;
}

const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END_RECORD = 0x06054b50;
const UTF8_NAMES = 0x0800;
/** The 32-bit fields hold no more; Zip64 is for archives no browser tab can build. */
const MAX_BYTES = 0xffffffff;

/** Throws RangeError for more than 4 GB or 65,535 files. */
export function writeZip(entries: readonly ZipEntry[]): Uint8Array<ArrayBuffer> {
  const files = entries.map((entry) => ({
    ...entry,
    name: new TextEncoder().encode(entry.path),
    crc: crc32(entry.body),
  }));
  const total = files.reduce((sum, { name, body }) => sum + 76 + 2 * name.length + body.length, 22);
  if (total > MAX_BYTES || files.length > 0xffff)
    throw new RangeError("the files are too many or too large for one zip file");
  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  let at = 0;
  const put = (size: 2 | 4, ...values: number[]): void => {
    for (const value of values) {
      if (size === 2) view.setUint16(at, value, true);
      else view.setUint32(at, value, true);
      at += size;
    }
  };
  const append = (part: Uint8Array): void => {
    bytes.set(part, at);
    at += part.length;
  };
  const facts = ({ crc, body, name, modified }: (typeof files)[number]): void => {
    const [time, date] = dosTime(modified);
    put(2, UTF8_NAMES, 0, time, date);
    put(4, crc, body.length, body.length);
    put(2, name.length, 0);
  };
  const offsets = files.map((file) => {
    const offset = at;
    put(4, LOCAL_HEADER);
    put(2, 20);
    facts(file);
    append(file.name);
    append(file.body);
    return offset;
  });
  const directory = at;
  files.forEach((file, i) => {
    put(4, CENTRAL_HEADER);
    put(2, 20, 20);
    facts(file);
    put(2, 0, 0, 0);
    put(4, 0, offsets[i] ?? 0);
    append(file.name);
  });
  const directorySize = at - directory;
  put(4, END_RECORD);
  put(2, 0, 0, files.length, files.length);
  put(4, directorySize, directory);
  put(2, 0);
  return bytes;
}

function dosTime(moment: Date): [number, number] {
  const year = Math.max(1980, moment.getFullYear());
  const time = (moment.getHours() << 11) | (moment.getMinutes() << 5) | (moment.getSeconds() >> 1);
  return [time, ((year - 1980) << 9) | ((moment.getMonth() + 1) << 5) | moment.getDate()];
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = (value >>> 8) ^ (CRC_TABLE[(value ^ byte) & 0xff] as number);
  return (value ^ 0xffffffff) >>> 0;
}

/** The check sum that zip archives carry, four bytes at a time. */

const TABLES = makeTables();

export function crc32(bytes: Uint8Array): number {
  const [first, second, third, fourth] = TABLES;
  let sum = -1;
  let at = 0;
  for (const end = bytes.length - 3; at < end; at += 4) {
    sum ^= at4(bytes, at);
    sum =
      (fourth[sum & 0xff] as number) ^
      (third[(sum >>> 8) & 0xff] as number) ^
      (second[(sum >>> 16) & 0xff] as number) ^
      (first[sum >>> 24] as number);
  }
  for (; at < bytes.length; at++) sum = (first[(sum ^ (bytes[at] as number)) & 0xff] as number) ^ (sum >>> 8);
  return ~sum >>> 0;
}

function at4(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

/** The n-th table says what a byte becomes when n more bytes follow it. */
function makeTables(): [Int32Array, Int32Array, Int32Array, Int32Array] {
  const first = Int32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    return value;
  });
  const next = (table: Int32Array) => table.map((value) => (first[value & 0xff] as number) ^ (value >>> 8));
  const second = next(first);
  const third = next(second);
  return [first, second, third, next(third)];
}

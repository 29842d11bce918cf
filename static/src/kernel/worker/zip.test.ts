import assert from "node:assert/strict";
import { test } from "node:test";
import { zipSync } from "fflate";
import { readZipDirectory, readZipFile, ZipError } from "./zip.ts";

const text = (body: Uint8Array): string => new TextDecoder().decode(body);
const bytes = (body: string): Uint8Array => new TextEncoder().encode(body);
const archive = (): Uint8Array =>
  zipSync({
    "pkg/é.py": [bytes("a = 1\n".repeat(50)), { level: 9 }],
    "pkg/raw.bin": [bytes("raw"), { level: 0 }],
  });

function patched(at: number, value: number[], zip = archive()): Uint8Array {
  zip.set(value, at);
  return zip;
}

function directoryStart(zip: Uint8Array): number {
  return new DataView(zip.buffer).getUint32(zip.length - 22 + 16, true);
}

test("stored and compressed files come back whole", () => {
  const zip = archive();
  const files = readZipDirectory(zip).map((entry) => [entry.name, text(readZipFile(zip, entry))]);
  assert.deepEqual(files, [
    ["pkg/é.py", "a = 1\n".repeat(50)],
    ["pkg/raw.bin", "raw"],
  ]);
});

for (const name of ["../up.py", "/root.py", "a/../../b", "a\\b.py", "nul\0.py", "./here.py"]) {
  test(`a file named ${JSON.stringify(name)} is refused`, () => {
    assert.throws(() => readZipDirectory(zipSync({ [name]: bytes("x") })), ZipError);
  });
}

test("a file that is no zip, or an empty one, is refused", () => {
  assert.throws(() => readZipDirectory(new Uint8Array(0)), /not a zip archive/);
  assert.throws(() => readZipDirectory(bytes("<html>not found</html>".repeat(10))), /not a zip archive/);
});

test("a truncated archive is refused", () => {
  assert.throws(() => readZipDirectory(archive().slice(0, -30)), ZipError);
});

test("a directory that points outside of the file is refused", () => {
  const zip = archive();
  assert.throws(() => readZipDirectory(patched(zip.length - 6, [0xff, 0xff, 0xff, 0x7f])), /outside/);
});

test("an entry whose data would lie past the end is refused", () => {
  const zip = archive();
  const [first] = readZipDirectory(zip);
  assert.throws(() => readZipFile(zip, { ...first!, compressedBytes: 1 << 30 }), /ends before/);
  assert.throws(() => readZipFile(zip, { ...first!, headerOffset: zip.length }), /local header/);
});

test("a file that inflates to more than the directory says is refused and costs no more memory", () => {
  const zip = archive();
  const [first] = readZipDirectory(zip);
  assert.throws(() => readZipFile(zip, { ...first!, sizeBytes: 10 }), ZipError);
  assert.throws(() => readZipFile(zip, { ...first!, sizeBytes: 5000 }), ZipError);
});

test("encrypted files and unknown compression methods are refused", () => {
  const zip = archive();
  const at = directoryStart(zip);
  assert.throws(() => readZipDirectory(patched(at + 8, [1])), /encrypted/);
  assert.throws(() => readZipDirectory(patched(at + 10, [12])), /compression method 12/);
});

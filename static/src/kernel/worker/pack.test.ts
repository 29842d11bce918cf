import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32 as zlibSum } from "node:zlib";
import { zipSync } from "fflate";
import { ProvedBytes } from "./asset-body.ts";
import { DamagedFile } from "./file-errors.ts";
import { filesOf, readPacked } from "./pack.ts";
import type { SideModule } from "./snapshot/layout.ts";
import { packWheels } from "./snapshot/packs.ts";

const SITE = "/lib/site-packages";
const bytes = (body: string): Uint8Array => new TextEncoder().encode(body);
const side = (path: string) => ({ path: `${SITE}/${path}` }) as SideModule;
const wheels = [
  zipSync({
    "shop/__init__.py": bytes("x = 1\n".repeat(100)),
    "shop/empty.py": bytes(""),
    "shop/fast.so": [bytes("binary"), { level: 0 }],
    "top.py": [bytes("é"), { level: 0 }],
  }),
  zipSync({ "shop/__init__.py": bytes("second"), "two-1.data/purelib/extra.py": bytes("X = 3\n") }),
];

function unpacked({ files, folders }: ReturnType<typeof packWheels>): Record<string, string> {
  const found: Record<string, string> = {};
  for (const folder of folders)
    for (const file of filesOf(folder))
      found[`${folder.path}/${file.name}`] = new TextDecoder().decode(
        readPacked(new ProvedBytes(files), file),
      );
  return found;
}

test("every file comes back out of the pack, of two of one name the first", () => {
  assert.deepEqual(unpacked(packWheels(wheels, SITE, [])), {
    "/extra.py": "X = 3\n",
    "/top.py": "é",
    "shop/__init__.py": "x = 1\n".repeat(100),
    "shop/empty.py": "",
    "shop/fast.so": "binary",
  });
});

test("binaries that are loaded lie in a pack of their own, with their check sums", () => {
  const packs = packWheels(wheels, SITE, [side("shop/fast.so")]);
  assert.equal("shop/fast.so" in unpacked(packs), false);
  assert.deepEqual(packs.places, [{ start: 0, bytes: 6, crc32: zlibSum("binary"), isLazy: false }]);
  assert.deepEqual(packs.modules, bytes("binary"));
});

test("byte-code that nobody reads again is not packed", () => {
  const spent = new Set([`${SITE}/shop/__init__.py`]);
  assert.deepEqual(Object.keys(unpacked(packWheels(wheels, SITE, [], spent))), [
    "/extra.py",
    "/top.py",
    "shop/empty.py",
    "shop/fast.so",
  ]);
});

test("a binary that no wheel has cannot be packed", () => {
  assert.throws(() => packWheels(wheels, SITE, [side("shop/slow.so")]), /no wheel has .*slow\.so/);
});

test("a byte that differs is noticed when its file is read, and only then", () => {
  const { files, folders } = packWheels(wheels, SITE, []);
  const all = folders.flatMap((folder) => [...filesOf(folder)]);
  for (const file of all.filter(({ end, start }) => end > start)) {
    const damaged = files.slice();
    damaged[file.end - 1] = (damaged[file.end - 1] as number) ^ 1;
    for (const other of all) {
      const read = () => readPacked(new ProvedBytes(damaged), other);
      if (other === file) assert.throws(read, DamagedFile);
      else read();
    }
  }
});

test("a pack that ends too early is damaged", () => {
  const { files, folders } = packWheels(wheels, SITE, []);
  const last = folders.flatMap((folder) => [...filesOf(folder)]).at(-1)!;
  assert.throws(() => readPacked(new ProvedBytes(files.slice(0, -10)), last), DamagedFile);
});

import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { KernelState } from "../kernel/kernel.ts";
import { Database } from "./database.ts";
import { cleanPath, WorkingFolder } from "./files.ts";
import { writeZip } from "./zip-writer.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

class KernelDisk {
  state: KernelState = { kind: "idle" };
  readonly files = new Map<string, Uint8Array>();
  async writeFile(path: string, body: Uint8Array): Promise<void> {
    this.files.set(path, body);
  }
  async removeFile(path: string): Promise<void> {
    this.files.delete(path);
  }
}

async function folder(notebookId = "n"): Promise<WorkingFolder> {
  return new WorkingFolder(await Database.open(`files ${crypto.randomUUID()}`), notebookId, () => 5);
}

test("files outlive the kernel and are given to the next one", async () => {
  const files = await folder();
  await files.take({ path: "out/table.csv", body: bytes("1,2") });
  await files.upload("in.txt", bytes("hello"));
  const kernel = new KernelDisk();
  await files.restoreInto(kernel);
  assert.deepEqual(
    [...kernel.files],
    [
      ["in.txt", bytes("hello")],
      ["out/table.csv", bytes("1,2")],
    ],
  );
});

test("a kernel that runs sees uploads, renames and deletions at once", async () => {
  const files = await folder();
  const kernel = new KernelDisk();
  await files.upload("a.txt", bytes("a"), kernel);
  await files.rename("a.txt", "b.txt", kernel);
  assert.deepEqual([...kernel.files.keys()], ["b.txt"]);
  await files.delete("b.txt", kernel);
  assert.deepEqual([kernel.files.size, await files.list()], [0, []]);
});

test("a folder is deleted with all that is in it, and nothing else", async () => {
  const files = await folder();
  for (const path of ["d/a", "d/e/b", "do", "d.txt"]) await files.upload(path, bytes("x"));
  await files.take({ path: "d", body: null });
  assert.deepEqual(await files.list(), [
    { path: "d.txt", size: 1, modified: 5 },
    { path: "do", size: 1, modified: 5 },
  ]);
});

test("the files of one notebook are not another's", async () => {
  const database = await Database.open("two notebooks");
  await new WorkingFolder(database, "n1").upload("secret", bytes("x"));
  assert.deepEqual(await new WorkingFolder(database, "n2").list(), []);
  assert.equal(await new WorkingFolder(database, "n2").read("secret"), null);
});

test("names cannot lead out of the folder", () => {
  assert.deepEqual(["../../etc/x", "/a//b/./c", "..\\w", ".."].map(cleanPath), [
    "etc/x",
    "a/b/c",
    "w",
    "file",
  ]);
});

test("the newest content of a file wins", async () => {
  const files = await folder();
  await Promise.all(["1", "2", "3"].map((text) => files.take({ path: "a", body: bytes(text) })));
  assert.deepEqual(await files.read("a"), bytes("3"));
});

test("Python reads the zip of a folder", async () => {
  const path = join(mkdtempSync(join(tmpdir(), "zip-")), "folder.zip");
  const modified = new Date(2026, 10, 21, 12, 30, 10);
  writeFileSync(
    path,
    writeZip([
      { path: "ä/b.txt", body: bytes("hello"), modified },
      { path: "empty", body: bytes(""), modified },
    ]),
  );
  assert.ok(readFileSync(path).length > 100);
  const script =
    "import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); print(z.testzip(), [(i.filename, i.file_size, i.date_time) for i in z.infolist()])";
  assert.equal(
    execFileSync("python3", ["-c", script, path], {
      encoding: "utf8",
      env: { ...process.env, PYTHONUTF8: "1" },
    }).trim(),
    "None [('ä/b.txt', 5, (2026, 11, 21, 12, 30, 10)), ('empty', 0, (2026, 11, 21, 12, 30, 10))]",
  );
});

test("a file for which there is no room is told", async (context) => {
  const files = await folder();
  const told = new Promise<Event>((resolve) => files.addEventListener("failed", resolve));
  context.mock.method(IDBObjectStore.prototype, "put", () => {
    throw new DOMException("full", "QuotaExceededError");
  });
  await files.take({ path: "big.bin", body: bytes("x") });
  assert.match(((await told) as CustomEvent<Error>).detail.message, /no room/);
});

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { loadPyodide } from "pyodide";
import type { EmscriptenFileSystem, Pyodide } from "./emscripten.ts";
import { ReadInterrupted } from "./file-errors.ts";
import { type LazyFile, mountFiles } from "./lazy-files.ts";

let python: Pyodide & { runPython(code: string): unknown };
let fs: EmscriptenFileSystem;
/** Files whose contents were read, and folders whose files were listed, in order. */
const seen: string[] = [];

function file(name: string, read: () => string): LazyFile {
  const contents = (): Uint8Array => {
    seen.push(name);
    return new TextEncoder().encode(read());
  };
  return { name, sizeBytes: 6, read: contents };
}

function folder(path: string, ...files: LazyFile[]): [string, Iterable<LazyFile>] {
  return [
    path,
    {
      *[Symbol.iterator]() {
        seen.push(path);
        yield* files;
      },
    },
  ];
}

before(async () => {
  python = (await loadPyodide()) as unknown as typeof python;
  fs = (python as unknown as { FS: EmscriptenFileSystem }).FS;
  python.runPython("import os, shutil");
});

function mounted(...folders: [string, Iterable<LazyFile>][]): void {
  python.runPython("shutil.rmtree('/home/web', True); os.mkdir('/home/web')");
  seen.length = 0;
  mountFiles(fs, "/home/web", new Map(folders));
}

test("a folder is looked into when Python does, a file is read when it is, and neither before", () => {
  mounted(
    folder(
      "a/b",
      file("f.txt", () => "inside"),
    ),
  );
  assert.deepEqual(seen, []);
  assert.equal(
    python.runPython("open('/home/web/a/b/f.txt').close(); os.path.exists('/home/web/a/c')"),
    false,
  );
  assert.deepEqual(seen, ["a/b"]);
  assert.equal(python.runPython("open('/home/web/a/b/f.txt').read()"), "inside");
  assert.deepEqual(seen, ["a/b", "f.txt"]);
});

test("a folder that was not looked into is not empty: it cannot be removed as such, and can be moved", () => {
  mounted(
    folder(
      "a/b",
      file("f.txt", () => "inside"),
    ),
  );
  const code = `
try: os.rmdir("/home/web/a/b")
except OSError as error: outcome = type(error).__name__
os.rename("/home/web/a", "/home/web/moved")
str([outcome, os.listdir("/home/web/moved/b"), os.listdir("/home/web")])`;
  assert.equal(python.runPython(code), "['OSError', ['f.txt'], ['moved']]");
});

test("what is made in a folder stands beside what it had", () => {
  mounted(
    folder(
      "a",
      file("f.txt", () => "inside"),
    ),
  );
  const code = `
time = os.stat("/home/web/a").st_mtime
names = os.listdir("/home/web/a")
same = os.stat("/home/web/a").st_mtime == time
open("/home/web/a/new.txt", "w").close()
str([same, names, sorted(os.listdir("/home/web/a"))])`;
  assert.equal(python.runPython(code), "[True, ['f.txt'], ['f.txt', 'new.txt']]");
});

test("an interrupted read is tried again, as Python does unless Stop was pressed", () => {
  let tries = 0;
  const slow = file("f.txt", () => {
    if (tries++ === 0) throw new ReadInterrupted();
    return "inside";
  });
  mounted(folder("a", slow));
  assert.equal(python.runPython("open('/home/web/a/f.txt').read()"), "inside");
  assert.equal(tries, 2);
});

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { zipSync } from "fflate";
import { loadPyodide } from "pyodide";
import type { EmscriptenFileSystem, Pyodide } from "./emscripten.ts";
import { mountWheels } from "./lazy-files.ts";

const SITE = "/lib/python3.14/site-packages";
const bytes = (body: string): Uint8Array => new TextEncoder().encode(body);
const wheels = [
  zipSync({
    "shop/__init__.py": bytes("from .price import price\n"),
    "shop/price.py": bytes("def price():\n    return 42\n"),
    "shop/data/big.txt": bytes("line\n".repeat(10_000)),
    "shop-1.0.dist-info/METADATA": bytes("Name: shop\nVersion: 1.0\n"),
    "family/one.py": bytes("ONE = 1\n"),
  }),
  zipSync({
    "family/two.py": [bytes("TWO = 2\n"), { level: 0 }],
    "two-1.data/purelib/extra.py": bytes("X = 3\n"),
  }),
];

let python: Pyodide & { runPython(code: string): unknown };

before(async () => {
  python = (await loadPyodide()) as unknown as typeof python;
  const files = (python as unknown as { FS: EmscriptenFileSystem }).FS;
  mountWheels(files, SITE, wheels);
});

test("every file of every wheel is there, shared folders merged", () => {
  const code = `
import os
found = []
for folder, _, names in os.walk("${SITE}"):
    found += [os.path.relpath(os.path.join(folder, name), "${SITE}") for name in names]
",".join(sorted(found))`;
  assert.equal(
    python.runPython(code),
    "extra.py,family/one.py,family/two.py,shop-1.0.dist-info/METADATA,shop/__init__.py,shop/data/big.txt,shop/price.py",
  );
});

test("modules, metadata, resources and sources are found", () => {
  const code = `
import shop, extra, inspect, importlib.metadata, importlib.resources
from family import one, two
text = importlib.resources.files("shop").joinpath("data/big.txt").read_text()
str([shop.price(), one.ONE + two.TWO, extra.X, importlib.metadata.version("shop"), len(text), inspect.getsource(shop.price)])`;
  assert.equal(python.runPython(code), "[42, 3, 3, '1.0', 50000, 'def price():\\n    return 42\\n']");
});

test("stat, seek and mmap agree with the contents", () => {
  const code = `
import mmap
path = "${SITE}/shop/data/big.txt"
with open(path, "rb") as file:
    file.seek(-5, 2)
    tail = file.read()
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
        head = view[:5]
str([os.stat(path).st_size, tail, head])`;
  assert.equal(python.runPython(code), "[50000, b'line\\n', b'line\\n']");
});

test("a duplicated descriptor still reads after the first is closed", () => {
  const code = `
first = os.open("${SITE}/family/two.py", os.O_RDONLY)
second = os.dup(first)
os.close(first)
found = os.read(second, 100)
os.close(second)
str(found)`;
  assert.equal(python.runPython(code), "b'TWO = 2\\n'");
});

test("files can be appended to, truncated, replaced, removed, and made beside", () => {
  const code = `
import pathlib, shutil
folder = pathlib.Path("${SITE}/family")
with open(folder / "one.py", "a") as file: file.write("# more\\n")
(folder / "two.py").write_text("TWO = 22\\n")
(folder / "three.py").write_text("THREE = 3\\n")
os.truncate("${SITE}/extra.py", 1)
os.rename("${SITE}/extra.py", "${SITE}/renamed.py")
shutil.rmtree("${SITE}/shop/data")
str([(folder / n).read_text() for n in sorted(os.listdir(folder))] + [open("${SITE}/renamed.py").read(), os.listdir("${SITE}/shop")])`;
  assert.equal(
    python.runPython(code),
    "['ONE = 1\\n# more\\n', 'THREE = 3\\n', 'TWO = 22\\n', 'X', ['__init__.py', 'price.py']]",
  );
});

test("the wheel's own bytes are never written to", () => {
  mountWheels((python as unknown as { FS: EmscriptenFileSystem }).FS, "/tmp", [wheels[1]!]);
  assert.equal(python.runPython("open('/tmp/family/two.py').read()"), "TWO = 2\n");
});

test("a damaged wheel is an I/O error of the file, not the end of the kernel", () => {
  const damaged = zipSync({ "broken.py": bytes("x = 1\n".repeat(100)) });
  damaged.fill(0xff, 42, 46);
  mountWheels((python as unknown as { FS: EmscriptenFileSystem }).FS, "/home", [damaged]);
  const code = `
try: open("/home/broken.py").read()
except OSError as error: outcome = error.errno
outcome == __import__("errno").EIO`;
  assert.equal(python.runPython(code), true);
});

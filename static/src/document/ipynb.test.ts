import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parseIpynb, toIpynb, toIpynbText } from "./ipynb.ts";
import type { JsonObject } from "./json.ts";
import { NotebookDocument } from "./notebook.ts";

const code = (fields: JsonObject): JsonObject => ({
  cell_type: "code",
  id: "a",
  metadata: {},
  source: [],
  outputs: [],
  execution_count: null,
  ...fields,
});
const file = (cells: JsonObject[], fields: JsonObject = {}): string =>
  JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells, ...fields });
const roundTrip = (text: string): JsonObject => toIpynb(parseIpynb(text));

test("what we do not know is kept at every level", () => {
  const stream = { output_type: "stream", name: "stdout", text: ["a\n", "b"], theirs: 1 };
  const strange = { output_type: "hologram", depth: [1, 2, { x: null }] };
  const cells = [code({ theirs: { deep: [1] }, outputs: [stream, strange] })];
  assert.deepEqual(roundTrip(file(cells, { theirs: [true], metadata: { kernelspec: { name: "k" } } })), {
    cells,
    metadata: { kernelspec: { name: "k" } },
    nbformat: 4,
    nbformat_minor: 5,
    theirs: [true],
  });
});

test("MIME data keeps its meaning, as string or as list", () => {
  const data = { "text/html": ["<b>\n", "x"], "image/png": "iVBO\n", "application/json": ["kept", "apart"] };
  const cell = code({ outputs: [{ output_type: "display_data", metadata: {}, data }] });
  assert.deepEqual(roundTrip(file([cell]))["cells"], [cell]);
});

test("format 3 becomes 4.5", () => {
  const old = {
    nbformat: 3,
    nbformat_minor: 0,
    metadata: { name: "old" },
    worksheets: [
      {
        cells: [
          { cell_type: "heading", level: 2, source: ["Title"] },
          {
            cell_type: "code",
            language: "python",
            collapsed: true,
            input: "1+1",
            prompt_number: 5,
            outputs: [
              { output_type: "pyout", prompt_number: 5, text: "2", png: "AA" },
              { output_type: "stream", stream: "stderr", text: "e" },
              { output_type: "pyerr", ename: "E", evalue: "v", traceback: [] },
            ],
          },
        ],
      },
    ],
  };
  const notebook = parseIpynb(JSON.stringify(old));
  const [heading, cell] = notebook.cells();
  assert.deepEqual([heading?.type, heading?.source], ["markdown", "## Title"]);
  assert.deepEqual([cell?.source, cell?.executionCount, cell?.metadata], ["1+1", 5, { collapsed: true }]);
  assert.deepEqual(cell?.outputs, [
    {
      output_type: "execute_result",
      metadata: {},
      data: { "text/plain": "2", "image/png": "AA" },
      execution_count: 5,
    },
    { output_type: "stream", name: "stderr", text: "e" },
    { output_type: "error", ename: "E", evalue: "v", traceback: [] },
  ]);
});

test("missing, bad and repeated ids become new ones, the same at each import", () => {
  const cells = [
    code({ id: "same" }),
    code({ id: "same" }),
    code({ id: "__proto__" }),
    code({ id: "a b" }),
    code({ id: null }),
  ];
  const ids = parseIpynb(file(cells))
    .cells()
    .map((cell) => cell.id);
  assert.equal(new Set(ids).size, 5);
  assert.equal(ids[0], "same");
  assert.deepEqual(
    ids,
    parseIpynb(file(cells))
      .cells()
      .map((cell) => cell.id),
  );
});

test("SQL, AI and HTML cells are magics in the file and languages in the document", () => {
  const notebook = NotebookDocument.create();
  const cell = notebook.insertCell(0, { id: "q", source: "select 1\nfrom t", language: "sql" });
  cell.setMetadata("wasm_runtime", { language: "sql", arguments: "sales --limit 5" });
  const written = toIpynb(notebook);
  assert.deepEqual((written["cells"] as JsonObject[])[0]?.["source"], [
    "%%sql sales --limit 5\n",
    "select 1\n",
    "from t",
  ]);
  const read = parseIpynb(JSON.stringify(written)).cells()[0];
  assert.deepEqual(
    [read?.language, read?.source, read?.metadata],
    ["sql", "select 1\nfrom t", cell.metadata],
  );
});

test("a magic that someone wrote by hand stays part of the source", () => {
  const cell = code({ source: ["%%html\n", "<b>x</b>"] });
  assert.deepEqual(roundTrip(file([cell]))["cells"], [cell]);
});

test("NaN, a byte order mark and lone surrogates are repaired", () => {
  const text = `\ufeff${file([code({ source: "NaN = '\ud800'" })], { theirs: "N" }).replace('"N"', "[NaN, -Infinity]")}`;
  const notebook = parseIpynb(text);
  assert.deepEqual(notebook.unknown, { theirs: [null, null] });
  assert.equal(notebook.cells()[0]?.source, "NaN = '\ufffd'");
});

test("a prototype cannot be changed through metadata", () => {
  const notebook = parseIpynb(
    '{"nbformat":4,"nbformat_minor":5,"cells":[],"metadata":{"__proto__":{"polluted":1},"x":1}}',
  );
  assert.deepEqual(notebook.metadata, { x: 1 });
  assert.equal(({} as JsonObject)["polluted"], undefined);
});

const REFUSED: [string, string, RegExp, RegExp][] = [
  ["a web page", "<!doctype html><html>", /not JSON/, /raw file/],
  ["half a file", '{"nbformat": 4, "cells": [', /not JSON/, /cut off/],
  ["an empty file", "", /not JSON/, /empty/],
  ["a list", "[1, 2]", /not a notebook/, /\.ipynb/],
  ["other JSON", '{"name": "x"}', /no nbformat/, /\.ipynb/],
  ["no cells", '{"nbformat": 4}', /no list of cells/, /damaged/],
  ["a newer format", '{"nbformat": 5}', /format 5/, /nbconvert/],
  ["a very old format", '{"nbformat": 1}', /too old/, /nbconvert/],
  [
    "deep nesting",
    `{"nbformat":4,"cells":[],"metadata":{"x":${"[".repeat(1e5)}${"]".repeat(1e5)}}}`,
    /nests/,
    /harm/,
  ],
];
for (const [name, text, message, hint] of REFUSED) {
  test(`${name} is refused with a reason and a hint`, () => {
    assert.throws(() => parseIpynb(text), { name: "NotebookFormatError", message, hint });
  });
}

test("the file's text is laid out as Jupyter does", () => {
  const text = toIpynbText(parseIpynb(file([code({ source: "x" })])));
  assert.ok(
    text.startsWith(
      '{\n "cells": [\n  {\n   "cell_type": "code",\n   "execution_count": null,\n   "id": "a",',
    ),
    text,
  );
});

test("a 50 MB notebook is read in a few seconds", () => {
  const png = "A".repeat(500_000);
  const output = {
    output_type: "display_data",
    metadata: {},
    data: { "image/png": png, "text/plain": ["x"] },
  };
  const text = file(Array.from({ length: 100 }, (_, i) => code({ id: `c${i}`, outputs: [output] })));
  const started = performance.now();
  assert.equal(parseIpynb(text).cells().length, 100);
  assert.ok(performance.now() - started < 5000);
});

/** What grows with the square of the cells would take an hour, and the test runner's patience. */
test("a hundred thousand cells are read", { timeout: 120_000 }, () => {
  const text = file(
    Array.from({ length: 100_000 }, (_, i) => ({
      cell_type: "markdown",
      id: `c${i}`,
      metadata: {},
      source: "x",
    })),
  );
  assert.equal(parseIpynb(text).cells().length, 100_000);
});

for (const name of ["welcome.ipynb", "python-basics.ipynb"]) {
  test(`the example ${name} is written back byte for byte`, () => {
    const text = readFileSync(new URL(`../../examples/${name}`, import.meta.url), "utf8");
    assert.equal(toIpynbText(parseIpynb(text)), text);
  });
}

import assert from "node:assert/strict";
import { test } from "node:test";
import * as Y from "yjs";
import { copyCells, duplicateCells, holdsCells, pasteCells } from "./clipboard.ts";
import { migrate } from "./migrate.ts";
import { type DocumentChange, NotebookDocument } from "./notebook.ts";

function notebookOf(...sources: string[]): NotebookDocument {
  return NotebookDocument.seeded((notebook) => {
    notebook.insertCells(
      0,
      sources.map((source) => ({ id: source, source })),
    );
  });
}

function copyOf(notebook: NotebookDocument): NotebookDocument {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(notebook.doc));
  return new NotebookDocument(doc);
}

function exchange(a: NotebookDocument, b: NotebookDocument): void {
  Y.applyUpdate(a.doc, Y.encodeStateAsUpdate(b.doc));
  Y.applyUpdate(b.doc, Y.encodeStateAsUpdate(a.doc));
}

const sources = (notebook: NotebookDocument): string[] => notebook.cells().map((cell) => cell.source);

test("a new notebook has one empty code cell, which undo does not take away", () => {
  const notebook = NotebookDocument.create();
  notebook.undo.undo();
  assert.deepEqual(
    notebook.cells().map((cell) => [cell.type, cell.source]),
    [["code", ""]],
  );
});

test("cells move to before the cell at the index", () => {
  const notebook = notebookOf("a", "b", "c", "d");
  notebook.moveCells(["b", "a"], 3);
  assert.deepEqual(sources(notebook), ["c", "a", "b", "d"]);
  notebook.moveCells(["d"], 0);
  assert.deepEqual(sources(notebook), ["d", "c", "a", "b"]);
});

test("a cell moved by two people at once stays one cell", () => {
  const here = notebookOf("a", "b", "c");
  const there = copyOf(here);
  here.moveCells(["a"], 3);
  there.moveCells(["a"], 2);
  exchange(here, there);
  assert.deepEqual(sources(here), sources(there));
  assert.deepEqual(sources(here).toSorted(), ["a", "b", "c"]);
});

test("a cell fits between two that were inserted at the same place at once", () => {
  const here = notebookOf("a", "b");
  const there = copyOf(here);
  here.insertCell(1, { id: "x", source: "x" });
  there.insertCell(1, { id: "y", source: "y" });
  exchange(here, there);
  here.insertCell(2, { source: "between" });
  assert.deepEqual(sources(here), ["a", "x", "between", "y", "b"]);
});

test("undo brings deleted cells back with source and outputs, and redo deletes them again", () => {
  const notebook = notebookOf("a", "b");
  notebook.cell("a")?.appendStream("stdout", "hello");
  notebook.deleteCells(["a", "b"]);
  assert.deepEqual(sources(notebook), [""]);
  notebook.undo.undo();
  assert.deepEqual(sources(notebook), ["a", "b"]);
  assert.deepEqual(notebook.cell("a")?.outputs, [{ output_type: "stream", name: "stdout", text: "hello" }]);
  notebook.undo.redo();
  assert.deepEqual(sources(notebook), [""]);
});

test("structure undo leaves alone what an editor typed", () => {
  const notebook = notebookOf("a", "b");
  notebook.moveCells(["a"], 2);
  notebook.doc.transact(() => notebook.cell("b")?.text.insert(1, "!"), "an editor");
  notebook.undo.undo();
  assert.deepEqual(sources(notebook), ["a", "b!"]);
});

test("splitting keeps id and outputs with the second part", () => {
  const notebook = notebookOf("a");
  const cell = notebook.insertCell(1, { id: "s", source: "x = 1\ny = 2" });
  cell.appendStream("stdout", "out");
  const [head, tail] = notebook.splitCell("s", 6);
  assert.deepEqual([head.source, tail.source, tail.id, tail.outputs.length], ["x = 1", "y = 2", "s", 1]);
  notebook.undo.undo();
  assert.deepEqual(sources(notebook), ["a", "x = 1\ny = 2"]);
});

test("merging joins sources with a blank line, drops outputs and keeps attachments", () => {
  const png = { "image/png": "AAAA" };
  const notebook = NotebookDocument.seeded((seed) => {
    seed.insertCell(0, { id: "a", type: "markdown", source: "# A" });
    seed.insertCell(1, {
      id: "b",
      type: "markdown",
      source: "![](attachment:b.png)",
      attachments: { "b.png": png },
    });
  });
  const merged = notebook.mergeCells(["b", "a"]);
  assert.deepEqual([merged.id, merged.source], ["a", "# A\n\n![](attachment:b.png)"]);
  assert.deepEqual(merged.attachments, { "b.png": png });
});

test("changing a code cell to Markdown takes its outputs, count and language away", () => {
  const notebook = notebookOf("a");
  const cell = notebook.insertCell(1, { id: "s", language: "sql", executionCount: 3 });
  cell.appendStream("stdout", "x");
  notebook.changeType("s", "markdown");
  const changed = notebook.cell("s");
  assert.deepEqual(
    [changed?.type, changed?.language, changed?.outputs, changed?.executionCount],
    ["markdown", "python", [], null],
  );
});

test("copied cells are pasted with new ids", () => {
  const notebook = notebookOf("a", "b", "c");
  const text = copyCells(notebook, ["c", "a"]);
  assert.ok(holdsCells(text) && !holdsCells("print(1)"));
  const pasted = pasteCells(notebook, 1, text);
  assert.deepEqual(sources(notebook), ["a", "a", "c", "b", "c"]);
  assert.ok(pasted.every(({ id }) => id.length === 36));
  duplicateCells(notebook, ["b"]);
  assert.deepEqual(sources(notebook), ["a", "a", "c", "b", "b", "c"]);
});

test("observers hear one change for everything done in one transaction", () => {
  const notebook = notebookOf("a", "b");
  const heard: DocumentChange[] = [];
  notebook.observe((change) => heard.push(change));
  notebook.transact(() => {
    notebook.moveCells(["a"], 2);
    notebook.cell("b")?.appendStream("stdout", "x");
    notebook.cell("b")?.text.insert(0, "y");
    notebook.title = "T";
  });
  assert.deepEqual(heard, [
    { structure: true, cells: new Set(["b"]), outputs: new Set(["b"]), meta: true, origin: "structure" },
  ]);
});

test("observing ends with its signal", () => {
  const notebook = notebookOf("a");
  const life = new AbortController();
  let heard = 0;
  notebook.observe(() => heard++, life.signal);
  life.abort();
  notebook.title = "T";
  assert.equal(heard, 0);
});

test("setting a source changes only what differs", () => {
  const notebook = notebookOf("one two three");
  const cell = notebook.cells()[0];
  const deltas: unknown[] = [];
  cell?.text.observe((event) => deltas.push(event.delta));
  if (cell) cell.source = "one 2 three";
  assert.deepEqual(deltas, [[{ retain: 4 }, { delete: 3 }, { insert: "2" }]]);
});

test("what a peer writes as a cell and is none is passed over", () => {
  const notebook = notebookOf("a");
  notebook.doc.getMap("cells").set("bad", "no map");
  notebook.doc.getMap("cells").set("worse", new Y.Map());
  assert.deepEqual(sources(notebook), ["a"]);
});

test("a damaged order key does not stop inserting", () => {
  const notebook = notebookOf("a", "b");
  (notebook.doc.getMap("cells").get("a") as Y.Map<unknown>).set("order", "~~~");
  notebook.insertCell(2, { source: "end" });
  assert.deepEqual(sources(notebook), ["b", "a", "end"]);
});

test("random editors converge", () => {
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 48271) % 2147483647;
    return seed % below;
  };
  const editors = [notebookOf("a", "b", "c", "d")];
  editors.push(copyOf(editors[0] as NotebookDocument), copyOf(editors[0] as NotebookDocument));
  for (let step = 0; step < 300; step++) {
    const notebook = editors[random(3)] as NotebookDocument;
    const count = notebook.cells().length;
    const id = notebook.cells()[random(count)]?.id ?? "";
    const acts = [
      () => notebook.insertCell(random(count + 1), { source: `s${step}` }),
      () => notebook.moveCells([id], random(count + 1)),
      () => count > 3 && notebook.deleteCells([id]),
      () => notebook.splitCell(id, 1),
      () => notebook.undo.undo(),
    ];
    acts[random(acts.length)]?.();
    if (step % 10 === 0)
      exchange(editors[random(3)] as NotebookDocument, editors[random(3)] as NotebookDocument);
  }
  const [first, second, third] = editors as [NotebookDocument, NotebookDocument, NotebookDocument];
  exchange(first, second);
  exchange(second, third);
  exchange(third, first);
  exchange(first, second);
  assert.deepEqual(sources(first), sources(second));
  assert.deepEqual(sources(first), sources(third));
});

test("a document of a newer version is refused with a hint", () => {
  const notebook = notebookOf("a");
  notebook.doc.getMap("meta").set("schema_version", 99);
  assert.throws(() => copyOf(notebook), { name: "NotebookFormatError", hint: /Reload/ });
});

test("migration runs each step once, in order", () => {
  const doc = new Y.Doc();
  doc.getMap("meta").set("schema_version", 1);
  const ran: number[] = [];
  migrate(doc, { 1: () => ran.push(1), 2: () => ran.push(2) }, 3);
  assert.deepEqual([ran, doc.getMap("meta").get("schema_version")], [[1, 2], 3]);
});

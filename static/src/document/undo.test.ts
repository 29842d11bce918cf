import assert from "node:assert/strict";
import { test } from "node:test";
import * as Y from "yjs";
import { NotebookDocument } from "./notebook.ts";

/** One notebook at two people; `exchange` brings each the other's edits. */
function two() {
  const ada = NotebookDocument.seeded((seed) => {
    seed.insertCells(
      0,
      ["a", "b", "c"].map((id) => ({ id, source: id })),
    );
  });
  const doc = new Y.Doc();
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(ada.doc));
  const bob = new NotebookDocument(doc);
  ada.author = "ada";
  bob.author = "bob";
  const exchange = () => {
    Y.applyUpdate(ada.doc, Y.encodeStateAsUpdate(bob.doc));
    Y.applyUpdate(bob.doc, Y.encodeStateAsUpdate(ada.doc));
  };
  return { ada, bob, exchange };
}

const sources = (notebook: NotebookDocument): string[] => notebook.cells().map((cell) => cell.source);

test("undo takes back my move and leaves the other's", () => {
  const { ada, bob, exchange } = two();
  ada.moveCells(["a"], 3);
  exchange();
  bob.moveCells(["b"], 3);
  exchange();
  ada.undo.undo();
  exchange();
  assert.deepEqual(
    [sources(ada), sources(bob)],
    [
      ["a", "c", "b"],
      ["a", "c", "b"],
    ],
  );
});

test("where another moved the same cell after me, undo leaves it there", () => {
  const { ada, bob, exchange } = two();
  ada.moveCells(["a"], 3);
  exchange();
  bob.moveCells(["a"], 1);
  exchange();
  const before = sources(bob);
  ada.undo.undo();
  exchange();
  assert.deepEqual([sources(ada), sources(bob)], [before, before]);
});

test("a cell that I inserted and another wrote in stays when I undo", () => {
  const { ada, bob, exchange } = two();
  ada.insertCell(1, { id: "new", source: "mine" });
  exchange();
  bob.doc.transact(() => bob.cell("new")?.text.insert(4, " and theirs"), "editor");
  exchange();
  ada.undo.undo();
  exchange();
  assert.equal(bob.cell("new")?.source, "mine and theirs");
});

test("a cell that I inserted alone goes when I undo, and comes back when I redo", () => {
  const { ada } = two();
  ada.insertCell(1, { id: "new", source: "mine" });
  ada.undo.undo();
  assert.deepEqual(sources(ada), ["a", "b", "c"]);
  ada.undo.redo();
  assert.deepEqual(sources(ada), ["a", "mine", "b", "c"]);
});

test("undo reaches back a bounded way", () => {
  const { ada } = two();
  for (let i = 0; i < 300; i++) ada.title = `title ${i}`;
  assert.equal(ada.undo.undoStack.length, 200);
  for (let i = 0; i < 300; i++) ada.undo.undo();
  assert.equal(ada.title, "title 99");
});

test("who changed a source last stands in the cell, and what runs write changes nothing of it", () => {
  const { ada, bob, exchange } = two();
  assert.equal(ada.cell("a")?.editedBy, null);
  ada.doc.transact(() => ada.cell("a")?.text.insert(0, "x"), "editor");
  ada.insertCell(3, { id: "new" });
  exchange();
  bob.cell("a")?.appendStream("stdout", "out");
  bob.moveCells(["a"], 3);
  assert.deepEqual([bob.cell("a")?.editedBy, bob.cell("new")?.editedBy], ["ada", "ada"]);
  const cell = bob.cell("a");
  if (cell) cell.source = "theirs";
  exchange();
  assert.equal(ada.cell("a")?.editedBy, "bob");
  assert.equal(ada.cell("b")?.editedBy, null);
});

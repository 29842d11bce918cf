import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import * as Y from "yjs";
import { NotebookDocument } from "./notebook.ts";

type Vectors = Record<"written_by_yjs" | "written_by_pycrdt", string> & { migrated: Record<string, unknown> };

const { from_version_1: old } = JSON.parse(
  fs.readFileSync(new URL("../../../tests/contracts/documents.json", import.meta.url), "utf8"),
) as { from_version_1: Vectors };

function oldDocument(writer: "written_by_yjs" | "written_by_pycrdt"): Y.Doc {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, Buffer.from(old[writer], "base64"));
  return doc;
}

const roots = (doc: Y.Doc): Record<string, unknown> =>
  Object.fromEntries(Object.keys(old.migrated).map((name) => [name, doc.getMap(name).toJSON()]));

for (const writer of ["written_by_yjs", "written_by_pycrdt"] as const) {
  test(`a document of version 1, ${writer.replaceAll("_", " ")}, keeps all it had`, () => {
    const notebook = new NotebookDocument(oldDocument(writer));
    assert.deepEqual(roots(notebook.doc), old.migrated);
    assert.deepEqual(
      notebook.cells().map((cell) => cell.executionCount),
      [null, 7, null],
    );
  });
}

test("two peers that migrate at once agree", () => {
  const [here, there] = [0, 1].map(() => new NotebookDocument(oldDocument("written_by_yjs")).doc) as [
    Y.Doc,
    Y.Doc,
  ];
  Y.applyUpdate(here, Y.encodeStateAsUpdate(there));
  Y.applyUpdate(there, Y.encodeStateAsUpdate(here));
  assert.deepEqual(roots(here), old.migrated);
  assert.deepEqual(roots(there), old.migrated);
});

test("a migration is nothing that a person can undo", () => {
  const notebook = new NotebookDocument(oldDocument("written_by_yjs"));
  notebook.undo.undo();
  assert.deepEqual(roots(notebook.doc), old.migrated);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import * as Y from "yjs";
import { split } from "./splitting.ts";

/** What a client that knows nothing has after each part; none may have to wait for what follows. */
function applied(parts: readonly Uint8Array[]): Y.Doc {
  const doc = new Y.Doc();
  for (const part of parts) {
    Y.applyUpdate(doc, part);
    assert.deepEqual([doc.store.pendingStructs, doc.store.pendingDs], [null, null]);
  }
  return doc;
}

function largest(parts: readonly Uint8Array[]): number {
  return Math.max(...parts.map(({ length }) => length));
}

/** Several clients who edit each other's work, so that none of them comes before all of another. */
function muchEdited(): Y.Doc {
  const docs = [1, 2, 3].map((clientID) => Object.assign(new Y.Doc(), { clientID }));
  for (let round = 0; round < 60; round++) {
    const doc = docs[round % docs.length]!;
    const text = doc.getText("text");
    text.insert(Math.floor(text.length / 3), `round ${round} é🎉 `.repeat(1 + (round % 7)));
    if (round % 4 === 0) text.delete(Math.floor(text.length / 2), 5);
    doc.getArray("values").push(Array.from({ length: 20 }, (_, index) => ({ round, index })));
    const cell = new Y.Map<unknown>();
    doc.getMap("cells").set(`c${round % 5}`, cell);
    cell.set("source", new Y.Text(`x = ${round}`));
    for (const other of docs) Y.applyUpdate(other, Y.encodeStateAsUpdate(doc, Y.encodeStateVector(other)));
  }
  return docs[0]!;
}

test("what fits stays as it is", () => {
  const update = Y.encodeStateAsUpdate(muchEdited());
  assert.deepEqual(split(update, update.length), [update]);
});

for (const maxBytes of [300, 1000, 5000]) {
  test(`parts of ${maxBytes} bytes each build on those before, and all make the same document`, () => {
    const doc = muchEdited();
    const parts = split(Y.encodeStateAsUpdate(doc), maxBytes);
    const copy = applied(parts);
    assert.ok(parts.length > 1 && largest(parts) <= maxBytes, `${parts.length} of ${largest(parts)} bytes`);
    assert.deepEqual(Y.encodeStateAsUpdate(copy), Y.encodeStateAsUpdate(doc));
  });
}

for (const character of ["x", "é", "🎉"]) {
  test(`one long text of ${character} is cut between characters`, () => {
    const doc = new Y.Doc();
    doc.getText("text").insert(0, `-${character.repeat(10_001)}`);
    const parts = split(Y.encodeStateAsUpdate(doc), 1000);
    assert.ok(largest(parts) <= 1000);
    assert.equal(applied(parts).getText("text").toString(), `-${character.repeat(10_001)}`);
  });
}

test("what builds on an earlier state is cut in parts that build on it too", () => {
  const doc = new Y.Doc();
  doc.getText("text").insert(0, "before after");
  const before = Y.encodeStateAsUpdate(doc);
  doc.getText("text").insert(7, "between ".repeat(1000));
  doc.getText("text").delete(0, 7);
  const parts = split(Y.encodeStateAsUpdate(doc, Y.encodeStateVectorFromUpdate(before)), 500);
  assert.ok(parts.length > 10);
  assert.equal(
    applied([before, ...parts])
      .getText("text")
      .toString(),
    `${"between ".repeat(1000)}after`,
  );
});

test("a single value that is larger stays whole", () => {
  const doc = new Y.Doc();
  doc.getMap("values").set("large", "x".repeat(5000));
  doc.getMap("values").set("small", 1);
  const parts = split(Y.encodeStateAsUpdate(doc), 1000);
  assert.equal(parts.length, 2);
  assert.deepEqual(applied(parts).getMap("values").toJSON(), { large: "x".repeat(5000), small: 1 });
});

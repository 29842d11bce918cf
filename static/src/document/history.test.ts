import assert from "node:assert/strict";
import { test } from "node:test";
import * as Y from "yjs";
import { NotebookDocument, ORIGIN } from "./notebook.ts";
import { Runs } from "./runs.ts";
import { RuntimeRuns } from "./runtime-runs.ts";

/** Bytes of the document as it is stored after compaction. */
function storedBytes({ doc }: NotebookDocument): number {
  const stored = new Y.Doc();
  Y.applyUpdate(stored, Y.encodeStateAsUpdate(doc));
  return Y.encodeStateAsUpdate(stored).byteLength;
}

test("a thousand reruns leave a few bytes each, and nothing of their outputs", () => {
  const notebook = NotebookDocument.create();
  const cell = notebook.cells()[0] ?? assert.fail();
  const runs = new Runs(notebook.doc);
  const own = new RuntimeRuns(runs, crypto.randomUUID());
  const userId = crypto.randomUUID();
  const rerun = (count: number): void => {
    const now = 1_790_000_000 + count;
    notebook.transact(() => {
      runs.ask([cell.id], { runtimeId: own.id, userId, now });
      own.follow();
      own.take(now);
    }, ORIGIN.run);
    cell.setExecutionCount(count);
    cell.clearOutputs();
    for (let line = 0; line < 20; line++) cell.appendStream("stdout", `line ${line}\n`);
    const data = { "image/png": "A".repeat(10_000) };
    cell.appendOutput({ output_type: "display_data", data, metadata: {} });
    own.finish("ok", now, 1);
  };
  for (let count = 1; count <= 10; count++) rerun(count);
  const before = storedBytes(notebook);
  for (let count = 11; count <= 1010; count++) rerun(count);
  const perRerun = (storedBytes(notebook) - before) / 1000;
  assert.ok(perRerun < 64, `${perRerun} bytes`);
});

test("ten thousand keys typed and taken back cost less than three bytes each", () => {
  const notebook = NotebookDocument.create();
  const { text } = notebook.cells()[0] ?? assert.fail();
  const key = (act: () => void): void => notebook.doc.transact(act, "editor");
  for (let typed = 0; typed < 10_000; typed++) {
    // A word is typed, its last letters are taken back, the next one follows.
    if (typed % 10 < 7) key(() => text.insert(text.length, "x"));
    else key(() => text.delete(text.length - 1, 1));
  }
  assert.equal(text.length, 4000);
  assert.ok(storedBytes(notebook) < 3 * 10_000, `${storedBytes(notebook)} bytes`);
});

test("ten thousand edits here and there cost the same each, however long the history is", () => {
  const notebook = NotebookDocument.create();
  const { text } = notebook.cells()[0] ?? assert.fail();
  const sizes: number[] = [];
  for (let edit = 0; edit < 10_000; edit++) {
    if (edit % 5000 === 0) sizes.push(storedBytes(notebook));
    notebook.doc.transact(() => text.insert((edit * 7919) % (text.length + 1), "xy"), "editor");
  }
  const [start = 0, half = 0] = sizes;
  const whole = storedBytes(notebook);
  // Where the clock grows by a digit, each edit grows by a few bytes.
  assert.ok(whole - half < 1.5 * (half - start), `${half} and ${whole} bytes`);
  assert.ok(whole < 32 * 10_000, `${whole} bytes`);
});

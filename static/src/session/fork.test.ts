import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { test } from "node:test";
import * as Y from "yjs";
import { NotebookDocument } from "../document/notebook.ts";
import { Database } from "./database.ts";
import { keepBoth } from "./fork.ts";
import { NotebookLibrary } from "./library.ts";
import type { StoredNotebook } from "./stored-notebook.ts";

let names = 0;

function notebook(id: string, source: string): NotebookDocument {
  return NotebookDocument.seeded((empty) => empty.insertCell(0, { source }), { id });
}

async function world() {
  const database = await Database.open(`fork ${names++}`);
  const library = new NotebookLibrary(database);
  const own = await library.create(notebook("n", "mine"));
  const other = notebook("n", "theirs");
  return { database, library, own, other, update: Y.encodeStateAsUpdate(other.doc) };
}

async function sourcesIn(library: NotebookLibrary, id: string): Promise<string[]> {
  const stored: StoredNotebook = await library.open(id);
  const sources = stored.notebook.cells().map(({ source }) => source);
  await stored.close();
  return sources;
}

test("both documents are in the list, the own one under its epoch", async () => {
  const { database, library, own, other, update } = await world();
  own.notebook.insertCell(1, { source: "not stored yet" });
  const id = await keepBoth(database, { id: "n", own: own.notebook.doc, other: update });
  own.forget();
  await own.close();
  assert.equal(id, own.notebook.epoch);
  assert.deepEqual(await sourcesIn(library, id), ["mine", "not stored yet"]);
  assert.deepEqual(await sourcesIn(library, "n"), ["theirs"]);
  assert.deepEqual(
    (await library.list()).map((entry) => [entry.id, entry.epoch]).sort(),
    [
      ["n", other.epoch],
      [id, id],
    ].sort(),
  );
});

test("a second tab with the same document adds its edits to the copy", async () => {
  const { database, library, own, update } = await world();
  const tab = await library.open("n");
  const id = await keepBoth(database, { id: "n", own: own.notebook.doc, other: update });
  tab.notebook.insertCell(1, { source: "in the other tab" });
  await assert.rejects(tab.flush(), /no longer kept/);
  assert.equal(await keepBoth(database, { id: "n", own: tab.notebook.doc, other: update }), id);
  tab.forget();
  own.forget();
  await Promise.all([tab.close(), own.close()]);
  assert.deepEqual(await sourcesIn(library, id), ["mine", "in the other tab"]);
  assert.deepEqual(await sourcesIn(library, "n"), ["theirs"]);
});

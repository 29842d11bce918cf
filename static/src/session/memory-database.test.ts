import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { test } from "node:test";
import { Database, StorageError } from "./database.ts";
import { WorkingFolder } from "./files.ts";
import { NotebookLibrary } from "./library.ts";

test("without storage a notebook and its files last as long as the page", async () => {
  const database = Database.inMemory();
  const library = new NotebookLibrary(database);
  const stored = await library.importText("x = 1", "a.py");
  const folder = new WorkingFolder(database, stored.notebook.id);
  await folder.upload("b/data.txt", new Uint8Array([1]));
  await folder.upload("a.txt", new Uint8Array([2, 3]));
  stored.notebook.title = "Renamed";
  await stored.close();
  const copy = await library.duplicate(stored.notebook.id);
  const copied = await new WorkingFolder(database, copy.notebook.id).list();
  assert.deepEqual(
    [(await library.list()).map(({ title }) => title).sort(), copied.map(({ path }) => path)],
    [
      ["Renamed", "Renamed (copy)"],
      ["a.txt", "b/data.txt"],
    ],
  );
  assert.equal(copy.saveState, "not_kept");
  await copy.close();
});

test("a notebook deleted while it is open is gone in memory too", async () => {
  const library = new NotebookLibrary(Database.inMemory());
  const stored = await library.create();
  await library.delete(stored.notebook.id);
  stored.notebook.title = "late";
  await assert.rejects(stored.close(), StorageError);
  assert.deepEqual(await library.list(), []);
});

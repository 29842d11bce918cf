import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Database, StorageError } from "./database.ts";
import { WorkingFolder } from "./files.ts";
import { NotebookLibrary } from "./library.ts";
import { NetworkGrants } from "./network-gate.ts";
import type { StoredNotebook } from "./stored-notebook.ts";
import { TextStore } from "./text-store.ts";

let names = 0;
async function world(): Promise<{ database: Database; library: NotebookLibrary; storage: TextStore }> {
  const database = await Database.open(`test ${names++}`);
  const storage = new TextStore();
  let clock = 1000;
  return { database, storage, library: new NotebookLibrary(database, storage, () => clock++) };
}

const sources = ({ notebook }: StoredNotebook): string[] => notebook.cells().map((cell) => cell.source);

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 3000;
  while (!condition()) {
    assert.ok(Date.now() < deadline, `never came true: ${condition}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test("a notebook comes back as it was left", async () => {
  const { library } = await world();
  const stored = await library.create();
  stored.notebook.insertCell(0, { source: "x = 1" });
  stored.notebook.title = "Mine";
  await stored.close();
  const again = await library.open(stored.notebook.id);
  assert.deepEqual([sources(again), again.notebook.title], [["x = 1", ""], "Mine"]);
  await again.close();
});

test("the state is saving until the database has it, then saved", async () => {
  const { library } = await world();
  const stored = await library.create();
  const states: string[] = [];
  stored.addEventListener("save", () => states.push(stored.saveState));
  stored.notebook.insertCell(0, { source: "x" });
  assert.equal(stored.saveState, "saving");
  await stored.flush();
  assert.deepEqual(states, ["saving", "saved"]);
  await stored.close();
});

test("an edit made while another is being written is stored too", async (context) => {
  const { library } = await world();
  const stored = await library.create();
  const { add } = IDBObjectStore.prototype;
  const writing = context.mock.method(
    IDBObjectStore.prototype,
    "add",
    function (this: IDBObjectStore, value: unknown) {
      writing.mock.restore();
      stored.notebook.insertCell(1, { source: "during" });
      return add.call(this, value);
    },
  );
  stored.notebook.insertCell(0, { source: "before" });
  await until(() => stored.saveState === "saved");
  await stored.close();
  const again = await library.open(stored.notebook.id);
  assert.deepEqual(sources(again), ["before", "during", ""]);
  await again.close();
});

test("a full disk is told, and saving goes on when there is room", async (context) => {
  const { library } = await world();
  const stored = await library.create();
  mock.timers.enable({ apis: ["setTimeout"] });
  context.after(() => mock.timers.reset());
  const full = context.mock.method(IDBObjectStore.prototype, "add", () => {
    throw new DOMException("full", "QuotaExceededError");
  });
  stored.notebook.insertCell(0, { source: "x" });
  await assert.rejects(stored.flush(), StorageError);
  assert.equal(stored.saveState, "failed");
  assert.match(stored.saveFailure?.hint ?? "", /Delete notebooks or files/);
  full.mock.restore();
  mock.timers.tick(5000);
  mock.timers.reset();
  await until(() => stored.saveState === "saved");
  await stored.close();
  const again = await library.open(stored.notebook.id);
  assert.deepEqual(sources(again), ["x", ""]);
  await again.close();
});

test("two tabs on one notebook converge, and what both wrote is stored", async () => {
  const { library } = await world();
  const here = await library.create();
  const there = await library.open(here.notebook.id);
  here.notebook.insertCell(0, { source: "here" });
  there.notebook.insertCell(1, { source: "there" });
  await until(() => sources(here).length === 3 && sources(there).length === 3);
  assert.deepEqual(sources(here), sources(there));
  await here.close();
  await there.close();
  const again = await library.open(here.notebook.id);
  assert.deepEqual(sources(again), sources(here));
  await again.close();
});

test("many small updates are joined, and nothing is lost", async () => {
  const { library, database } = await world();
  const stored = await library.create();
  for (let i = 0; i < 450; i++) {
    stored.notebook.cells()[0]?.text.insert(0, "x");
    await stored.flush();
  }
  await stored.close();
  const count = await database.read(["updates"], (transaction) => transaction.objectStore("updates").count());
  const again = await library.open(stored.notebook.id);
  assert.deepEqual(sources(again), ["x".repeat(450)]);
  assert.ok(count < 100, `${count}`);
  const { size } = (await library.list())[0]!;
  assert.ok(size < 10_000, `the list says ${size} bytes`);
  await again.close();
});

test("the list has the last opened first, with titles and sizes", async () => {
  const { library } = await world();
  const first = await library.importText(
    '{"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":[]}',
    "path/First.ipynb",
  );
  await first.close();
  const second = await library.importText("# %%\nprint(1)\n", "second.py");
  await second.close();
  assert.deepEqual(
    (await library.list()).map(({ title }) => title),
    ["second", "First"],
  );
  await (await library.open(first.notebook.id)).close();
  await library.rename(second.notebook.id, "Renamed");
  const entries = await library.list();
  assert.deepEqual(
    entries.map(({ title }) => title),
    ["Renamed", "First"],
  );
  assert.ok(entries.every(({ size }) => size > 50));
});

test("a duplicate has its own id, the same cells and the same files", async () => {
  const { library, database } = await world();
  const stored = await library.importText("x = 1", "a.py");
  await new WorkingFolder(database, stored.notebook.id).upload("data.csv", new Uint8Array([1, 2]));
  await stored.close();
  const copy = await library.duplicate(stored.notebook.id);
  assert.notEqual(copy.notebook.id, stored.notebook.id);
  assert.deepEqual([sources(copy), copy.notebook.title], [["x = 1"], "a (copy)"]);
  assert.deepEqual(
    await new WorkingFolder(database, copy.notebook.id).read("data.csv"),
    new Uint8Array([1, 2]),
  );
  await copy.close();
});

test("deleting takes the files and grants along, and a deleted notebook says so", async () => {
  const { library, database, storage } = await world();
  const stored = await library.create();
  const { id } = stored.notebook;
  await new WorkingFolder(database, id).upload("a.txt", new Uint8Array([1]));
  new NetworkGrants(storage, id).add("a.example");
  await stored.close();
  await library.delete(id);
  assert.deepEqual(await library.list(), []);
  assert.deepEqual(await new WorkingFolder(database, id).list(), []);
  assert.deepEqual(new NetworkGrants(storage, id).hosts(), []);
  await assert.rejects(library.open(id), { name: "StorageError", message: /not in this browser/ });
});

test("a notebook deleted in another tab is not brought back, and says so", async () => {
  const { library } = await world();
  const stored = await library.create();
  await library.delete(stored.notebook.id);
  stored.notebook.title = "late";
  await assert.rejects(stored.close(), { name: "StorageError", message: /deleted/ });
  assert.deepEqual(await library.list(), []);
});

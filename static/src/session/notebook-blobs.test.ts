import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { BLOB_KEY, type RunEvent } from "../contracts/generated.ts";
import { type BlobSource, blobsOf } from "../document/blobs.ts";
import { toIpynb } from "../document/ipynb.ts";
import type { JsonObject } from "../document/json.ts";
import { NotebookDocument } from "../document/notebook.ts";
import { Database } from "./database.ts";
import { NotebookLibrary } from "./library.ts";
import { NotebookBlobs, type RelayBlobs } from "./notebook-blobs.ts";
import { RunOutputs } from "./run-outputs.ts";
import type { StoredNotebook } from "./stored-notebook.ts";

const PICTURE = "A".repeat(100_000);
const DATA = { "text/plain": "a picture", "image/png": PICTURE };

function withPicture(): NotebookDocument {
  return NotebookDocument.seeded((seed) => {
    const output = { output_type: "display_data", data: DATA, metadata: {} } as const;
    seed.insertCell(0, { id: "a", source: "draw()", outputs: [output] });
  });
}

/** A notebook that stays open keeps the program from ending. */
const opened: StoredNotebook[] = [];
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
});

async function create(library: NotebookLibrary, notebook = withPicture()): Promise<StoredNotebook> {
  const created = await library.create(notebook);
  opened.push(created);
  return created;
}

const open = () => Database.open(`blobs ${crypto.randomUUID()}`);
const stored = (database: Database) =>
  database.read<{ sha256: string; body: Uint8Array }[]>(["blobs"], (transaction) =>
    transaction.objectStore("blobs").getAll(),
  );
const dataOf = (notebook: NotebookDocument): JsonObject =>
  (notebook.cells().flatMap((cell) => cell.outputs)[0] as unknown as { data: JsonObject }).data;

test("a large value stands in the document as a reference, and in files as itself", async () => {
  const library = new NotebookLibrary(await open());
  const { notebook, blobs } = await create(library);
  assert.deepEqual(Object.keys(dataOf(notebook)["image/png"] as JsonObject), [BLOB_KEY]);
  assert.equal(blobs.now(dataOf(notebook)), null);
  assert.deepEqual(await blobs.whole(dataOf(notebook)), DATA);
  assert.deepEqual(blobs.now(dataOf(notebook)), DATA);
  assert.ok((await library.exportText(notebook.id)).includes(PICTURE));
  assert.ok(!JSON.stringify(toIpynb(notebook)).includes(PICTURE));
});

test("a copy shares the blob, and the last notebook that goes takes it along", async () => {
  const database = await open();
  const library = new NotebookLibrary(database);
  const first = await create(library);
  const copy = await library.duplicate(first.notebook.id);
  opened.push(copy);
  assert.equal((await stored(database)).length, 1);
  await first.close();
  await library.delete(first.notebook.id);
  assert.ok((await copy.blobs.whole(dataOf(copy.notebook)))["image/png"] === PICTURE);
  await copy.close();
  await library.delete(copy.notebook.id);
  assert.deepEqual(await stored(database), []);
});

test("a blob whose output is gone is deleted when the notebook is opened again", async () => {
  const database = await open();
  const library = new NotebookLibrary(database);
  const created = await library.create(withPicture());
  created.notebook.cell("a")?.clearOutputs();
  await created.close();
  assert.equal((await stored(database)).length, 1);
  await (await library.open(created.notebook.id)).close();
  assert.deepEqual(await stored(database), []);
});

test("a blob that is missing or damaged is told in words, and the rest is shown", async () => {
  const database = await open();
  const { notebook } = await create(new NotebookLibrary(database));
  const [blob] = await stored(database);
  await database.write(["blobs"], (transaction) => {
    transaction.objectStore("blobs").put({ sha256: blob?.sha256, body: new Uint8Array(3) });
  });
  const shown = await new NotebookBlobs(database).whole(dataOf(notebook));
  assert.deepEqual(shown, {
    "text/plain":
      "A part of this output is not in this browser (image/png, 100 kB). Run the cell again.\na picture",
  });
});

test("what this browser lacks is asked of the relay, checked, and kept", async () => {
  const database = await open();
  const { notebook } = await create(new NotebookLibrary(database));
  const [blob] = await stored(database);
  const elsewhere = new NotebookBlobs(Database.inMemory());
  const asked: string[] = [];
  let body = new Uint8Array(7);
  elsewhere.remote = {
    get: async (sha256) => {
      asked.push(sha256);
      return body;
    },
    put: async () => undefined,
  } satisfies BlobSource;
  assert.match(String((await elsewhere.whole(dataOf(notebook)))["text/plain"]), /not in this browser/);
  body = new Uint8Array(blob?.body ?? []);
  assert.deepEqual(await elsewhere.whole(dataOf(notebook)), DATA);
  assert.deepEqual(asked, [blob?.sha256, blob?.sha256]);
  assert.equal(elsewhere.unsaved.length, 1);
});

test("what was made before a relay was there is handed over once", async () => {
  const database = await open();
  const { notebook } = await create(new NotebookLibrary(database));
  const kept = new Map<string, Uint8Array>();
  const relay: RelayBlobs = {
    has: async (sha256) => kept.has(sha256),
    get: async () => null,
    put: async (sha256, body) => {
      assert.ok(!kept.has(sha256));
      kept.set(sha256, body);
    },
  };
  const blobs = new NotebookBlobs(database);
  await blobs.handOver(notebook, relay);
  await blobs.handOver(notebook, relay);
  const [blob] = await stored(database);
  assert.deepEqual([...kept.keys()], [blob?.sha256]);
});

test("a run's large output keeps its place among the others, and goes to the relay", async () => {
  const notebook = NotebookDocument.create();
  const cell = notebook.cells()[0] ?? assert.fail();
  const blobs = new NotebookBlobs(Database.inMemory());
  const put: string[] = [];
  blobs.remote = { get: async () => null, put: async (sha256) => void put.push(sha256) };
  const outputs = new RunOutputs(notebook, cell.id, new Map(), () => () => undefined, blobs);
  const events: RunEvent[] = [
    { kind: "stream", run_id: "r", name: "stdout", text: "before" },
    { kind: "display_data", run_id: "r", data: DATA, metadata: {} },
    { kind: "stream", run_id: "r", name: "stdout", text: "after" },
    { kind: "display_data", run_id: "r", data: { "application/json": [PICTURE] }, metadata: {} },
  ];
  for (const event of events) outputs.take(event);
  outputs.flush();
  await outputs.settled;
  outputs.flush(true);
  const kinds = cell.outputs.map((output) => ("text" in output ? output.text : output.output_type));
  assert.deepEqual(kinds, ["before", "display_data", "after", "display_data"]);
  assert.deepEqual(
    blobsOf(notebook).map(({ sha256 }) => sha256),
    put,
  );
  const last = cell.outputs[3] as unknown as { data: JsonObject };
  assert.deepEqual(blobs.now(last.data), { "application/json": [PICTURE] });
});

test("what is stored before the document is, is stored with it", async () => {
  const database = await open();
  const library = new NotebookLibrary(database);
  const created = await create(library, NotebookDocument.create());
  const data = await created.blobs.keep(DATA);
  assert.equal((await stored(database)).length, 0);
  created.notebook.cells()[0]?.appendOutput({ output_type: "display_data", data, metadata: {} });
  await created.flush();
  assert.equal((await stored(database)).length, 1);
  assert.deepEqual((await library.entry(created.notebook.id))?.blobs, [(await stored(database))[0]?.sha256]);
});

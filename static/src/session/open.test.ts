import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { test } from "node:test";
import { Database } from "./database.ts";
import { NotebookLibrary } from "./library.ts";
import { type Fetch, openFromFile, openFromUrl, rawUrl } from "./open.ts";

const file = (source: string): string =>
  JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {},
    cells: [{ cell_type: "markdown", metadata: {}, source }],
  });
const serve =
  (text: string): Fetch =>
  async () =>
    new Response(text);
const offline: Fetch = () => Promise.reject(new TypeError("Failed to fetch"));
const address = "https://a.example/My%20notebook.ipynb";

async function library(): Promise<NotebookLibrary> {
  return new NotebookLibrary(await Database.open(`open ${crypto.randomUUID()}`));
}

test("pages of GitHub that show a file mean the file", () => {
  const raw = (text: string): string => rawUrl(text).href;
  assert.equal(
    raw("https://github.com/o/r/blob/main/a/b.ipynb#L3"),
    "https://raw.githubusercontent.com/o/r/main/a/b.ipynb",
  );
  assert.equal(raw("https://gist.github.com/me/abc123"), "https://gist.githubusercontent.com/me/abc123/raw");
  assert.equal(raw("https://example.org/x.ipynb?v=1"), "https://example.org/x.ipynb?v=1");
  assert.throws(() => rawUrl("javascript:alert(1)"), { name: "OpenError", hint: /https/ });
});

test("an address is opened once and takes its title from the file's name", async () => {
  const opened = await openFromUrl(address, await library(), serve(file("v1")));
  assert.ok(opened.kind === "opened");
  assert.equal(opened.stored.notebook.title, "My notebook");
  await opened.stored.close();
});

test("the same address again offers the copy and the original, and says whether that changed", async () => {
  const shelf = await library();
  const first = await openFromUrl(address, shelf, serve(file("v1")));
  assert.ok(first.kind === "opened");
  first.stored.notebook.insertCell(0, { source: "mine" });
  await first.stored.close();
  const same = await openFromUrl(address, shelf, serve(file("v1")));
  assert.ok(same.kind === "copy_exists" && same.originalChanged === false);
  const changed = await openFromUrl(address, shelf, serve(file("v2")));
  assert.ok(changed.kind === "copy_exists" && changed.originalChanged === true);
  const original = await changed.openOriginal?.();
  const copy = await changed.openCopy();
  assert.deepEqual([original?.notebook.cells()[0]?.source, copy.notebook.cells()[0]?.source], ["v2", "mine"]);
  await original?.close();
  await copy.close();
});

test("offline, the copy can still be opened", async () => {
  const shelf = await library();
  const first = await openFromUrl(address, shelf, serve(file("v1")));
  if (first.kind === "opened") await first.stored.close();
  const again = await openFromUrl(address, shelf, offline);
  assert.ok(again.kind === "copy_exists");
  assert.deepEqual([again.originalChanged, again.openOriginal], [null, null]);
});

test("what cannot be fetched is explained", async () => {
  const missing: Fetch = async () => new Response("", { status: 404, statusText: "Not Found" });
  await assert.rejects(openFromUrl(address, await library(), missing), {
    message: /404/,
    hint: /Check the address/,
  });
  await assert.rejects(openFromUrl(address, await library(), offline), {
    message: /could not be read/,
    hint: /download it/,
  });
  await assert.rejects(openFromUrl(address, await library(), serve("<html>")), {
    name: "NotebookFormatError",
    hint: /raw file/,
  });
});

test("a file is opened, unless it is too large to be read", async () => {
  const shelf = await library();
  const stored = await openFromFile(new File([file("f")], "notes.ipynb"), shelf);
  assert.equal(stored.notebook.title, "notes");
  await stored.close();
  const huge = { name: "huge.ipynb", size: 2e8, text: async () => "" };
  await assert.rejects(openFromFile(huge, shelf), { name: "OpenError", message: /larger than 100 MB/ });
});

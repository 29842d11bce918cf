import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { AddedPackage, Environment, SnapshotSaved } from "../contracts/generated.ts";
import { KernelError } from "../kernel/kernel.ts";
import { KeptEnvironments } from "./kept-environments.ts";
import { MemoryCache } from "./memory-cache.ts";
import { PackageKeeper, type PackageKeeperParts } from "./package-keeper.ts";

const FILE = { name: "lock.json", sha256: "aa", size_bytes: 2, transfer_bytes: 2 };
const BASE: Environment = {
  name: "tiny",
  id: "1",
  title: "Tiny",
  pyodide_version: "314.0.7",
  python_version: "3.14.2",
  abi: "2026_0",
  runtime: [],
  wheels: [{ name: "numpy", version: "2.4", file: FILE, source_sha256: "bb" }],
  lock: FILE,
  preload: ["numpy"],
  snapshot: { layout: FILE, heap: { ...FILE, size_bytes: 1000 }, modules: FILE, files: FILE },
};
const WHEEL = new TextEncoder().encode("the wheel of cowsay");
const COWSAY: AddedPackage = {
  name: "cowsay",
  version: "6.1",
  url: "https://notebooks.example/index/files/cowsay-6.1-py3-none-any.whl",
  sha256: createHash("sha256").update(WHEEL).digest("hex"),
  imports: ["cowsay"],
};

/** A notebook in whose kernel cowsay was installed. */
function setUp(changes: Partial<PackageKeeperParts> & { added?: AddedPackage[]; quota?: number } = {}) {
  const { added = [COWSAY], quota, ...others } = changes;
  const store = new MemoryCache();
  const records = new MemoryCache();
  if (quota !== undefined) store.quotaBytes = quota;
  const kept = new KeptEnvironments({
    base: "https://notebooks.example/",
    openStore: async () => store,
    openRecords: async () => records,
    maker: "worker-1.js",
    estimate: async () => ({ quota: quota ?? 1e9, usage: store.usedBytes }),
  });
  const notebook = { packages: ["cowsay"] };
  const made: { environment: Environment; imports: string[] }[] = [];
  const keeper = new PackageKeeper({
    notebook,
    kernel: { addedPackages: async () => added, environment: BASE },
    kept,
    describeBase: async () => BASE,
    fetchWheel: async ({ request_id, url }) => {
      const answer = { request_id, url, status: 200, reason: "OK", headers: [], body: WHEEL };
      return { kind: "answer_http", ...answer };
    },
    makeSnapshot: async (environment, imports): Promise<SnapshotSaved> => {
      made.push({ environment, imports });
      const parts = ["layout", "heap", "modules", "files"].map((name) => ({
        name,
        body: new TextEncoder().encode(name),
      }));
      return { kind: "snapshot_saved", parts, imports };
    },
    now: () => new Date("2026-01-01T00:00:00Z"),
    ...others,
  });
  return { keeper, kept, notebook, store, records, made };
}

const ignore = (): void => undefined;

test("a kept environment has the wheels, the imports and a snapshot of its own", async () => {
  const { keeper, notebook, made } = setUp();
  const { environment, packages } = await keeper.keep(ignore);
  assert.deepEqual(made[0]?.imports, ["cowsay"]);
  assert.deepEqual(
    environment.wheels.map(({ name }) => name),
    ["numpy", "cowsay"],
  );
  assert.deepEqual(environment.preload, ["numpy", "cowsay"]);
  assert.match(environment.snapshot?.heap.name ?? "", /^kept-.*\.heap$/);
  assert.deepEqual([packages, notebook.packages], [["cowsay==6.1"], ["cowsay==6.1"]]);
});

test("a notebook with its pins starts from it; another, or one above another environment, does not", async () => {
  const { keeper, kept } = setUp();
  const { environment } = await keeper.keep(ignore);
  assert.deepEqual(await kept.find(BASE, ["cowsay==6.1"]), environment);
  assert.equal(await kept.find(BASE, ["cowsay==6.1", "other==1"]), null);
  assert.equal(await kept.find(BASE, []), null);
  assert.equal(await kept.find({ ...BASE, id: "2" }, ["cowsay==6.1"]), null);
});

test("what another version of the page has saved is not used", async () => {
  const { keeper, store, records } = setUp();
  await keeper.keep(ignore);
  const newer = new KeptEnvironments({
    base: "https://notebooks.example/",
    openStore: async () => store,
    openRecords: async () => records,
    maker: "worker-2.js",
  });
  assert.equal(await newer.find(BASE, ["cowsay==6.1"]), null);
  assert.equal((await newer.list()).length, 1);
});

test("one whose files are gone is told and forgotten", async () => {
  const { keeper, kept, store } = setUp();
  await keeper.keep(ignore);
  const lost: Event[] = [];
  kept.addEventListener("lost", (event) => lost.push(event));
  const [first] = store.bodies.keys();
  store.bodies.delete(first as string);
  assert.equal(await kept.find(BASE, ["cowsay==6.1"]), null);
  assert.deepEqual([lost.length, (await kept.list()).length, store.bodies.size], [1, 0, 0]);
});

test("a damaged record is as good as none", async () => {
  const { keeper, kept, records } = setUp();
  await keeper.keep(ignore);
  for (const address of records.bodies.keys()) records.bodies.set(address, new TextEncoder().encode("{"));
  assert.deepEqual(await kept.list(), []);
});

test("a browser that refuses its storage has kept nothing", async () => {
  const { keeper, kept, records } = setUp();
  await keeper.keep(ignore);
  records.keys = () => Promise.reject(new DOMException("not here", "SecurityError"));
  assert.equal(await kept.find(BASE, ["cowsay==6.1"]), null);
});

test("deleting gives the room back, but for files that another one needs", async () => {
  const { keeper, kept, store } = setUp();
  const first = await keeper.keep(ignore);
  const other = { ...first, key: "other", packages: ["cowsay==6.1", "numpy"] };
  await kept.add(other);
  await kept.remove(first);
  assert.equal(store.bodies.size, 5);
  await kept.remove(other);
  assert.deepEqual([store.bodies.size, (await kept.list()).length], [0, 0]);
});

test("keeping the same packages again leaves one", async () => {
  const { keeper, kept, store } = setUp();
  await keeper.keep(ignore);
  await keeper.keep(ignore);
  assert.deepEqual([(await kept.list()).length, store.bodies.size], [1, 5]);
});

test("a browser that offers too little is told of before anything is done", async () => {
  const { keeper, made, store } = setUp({ quota: 900 });
  await assert.rejects(keeper.keep(ignore), {
    name: "StorageError",
    message: "Keeping these packages needs 0.0 MB, the browser offers 0.0 MB.",
  });
  assert.deepEqual([made.length, store.bodies.size], [0, 0]);
});

test("a browser that is full in the end has nothing left of it", async () => {
  const { keeper, kept, store } = setUp();
  store.quotaBytes = WHEEL.length + 2;
  await assert.rejects(keeper.keep(ignore), { name: "StorageError" });
  assert.deepEqual([store.bodies.size, (await kept.list()).length], [0, 0]);
});

test("a browser that has no room for the record of it either says so", async () => {
  const { keeper, store, records } = setUp();
  records.quotaBytes = 2;
  await assert.rejects(keeper.keep(ignore), {
    name: "StorageError",
    message: /needs 0.0 MB, and the browser/,
  });
  assert.equal(store.bodies.size, 0);
});

test("a wheel that is another one now is not kept", async () => {
  const { keeper, store } = setUp({ added: [{ ...COWSAY, sha256: "00" }] });
  await assert.rejects(keeper.keep(ignore), { name: "KernelError", message: /not the file any more/ });
  assert.equal(store.bodies.size, 0);
});

test("a snapshot that cannot be made leaves nothing behind, nor pins", async () => {
  const error = { code: "kernel_start_failed", message: "no", hint: "" } as const;
  const { keeper, notebook, store } = setUp({ makeSnapshot: () => Promise.reject(new KernelError(error)) });
  await assert.rejects(keeper.keep(ignore), { name: "KernelError" });
  assert.deepEqual([store.bodies.size, notebook.packages], [0, ["cowsay"]]);
});

test("with nothing installed there is nothing to keep", async () => {
  const { keeper } = setUp({ added: [] });
  await assert.rejects(keeper.keep(ignore), { message: /nothing to keep/ });
});

test("a kernel that came from a kept environment keeps that as well", async () => {
  const first = setUp();
  const { environment } = await first.keeper.keep(ignore);
  const { keeper } = setUp({
    added: [{ ...COWSAY, name: "moo", version: "1.0" }],
    kernel: { addedPackages: async () => [{ ...COWSAY, name: "moo", version: "1.0" }], environment },
  });
  const { packages } = await keeper.keep(ignore);
  assert.deepEqual(packages, ["cowsay==6.1", "moo==1.0"]);
});

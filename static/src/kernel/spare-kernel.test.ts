import assert from "node:assert/strict";
import { test } from "node:test";
import { FAKE_LOADER, type FakeWorker, fakeWorkers, TINY } from "./fake-worker.ts";
import type { LifePlan } from "./kernel-life.ts";
import { SpareKernel, type SpareKernelOptions, type SpareState } from "./spare-kernel.ts";

const plan = (environmentName = "tiny", settings: LifePlan["settings"] = {}): LifePlan => ({
  environmentName,
  packages: [],
  settings,
});

/** `quiet` is the moment that a spare waits for, with all that follows from it. */
function setUp(options: Partial<SpareKernelOptions> = {}) {
  const workers: FakeWorker[] = [];
  const states: SpareState[] = [];
  let waiting: (() => void) | null = null;
  const spare = new SpareKernel({
    isAllowed: () => true,
    onState: (state) => states.push(state),
    whenQuiet: (work) => {
      waiting = work;
      return () => {
        waiting = null;
      };
    },
    ...options,
  });
  const parts = { openLink: fakeWorkers((worker) => workers.push(worker)), loader: { ...FAKE_LOADER } };
  const quiet = async () => {
    waiting?.();
    await new Promise(setImmediate);
  };
  return { spare, parts, workers, states, quiet };
}

/** A spare of `plan()` that is prepared. */
async function prepared(options: Partial<SpareKernelOptions> = {}) {
  const all = setUp(options);
  all.spare.want(all.parts, plan());
  await all.quiet();
  return all;
}

test("a spare is prepared, and nobody's kernel", async () => {
  const { workers, states } = await prepared();
  assert.deepEqual(workers[0]!.kinds(), ["prepare_kernel", "provide_asset"]);
  assert.deepEqual(states, ["preparing", "ready"]);
});

test("one that is begun ahead is under way at once, allowed or not", () => {
  const { spare, parts, workers, states } = setUp({ isAllowed: () => false });
  spare.begin(parts, plan());
  assert.equal(workers.length, 1);
  assert.deepEqual(states, ["preparing"]);
  assert.notEqual(spare.take(plan()), null);
});

test("one that was begun ahead for another environment is ended", async () => {
  const { spare, parts, workers } = setUp();
  spare.begin(parts, plan());
  await new Promise(setImmediate);
  assert.equal(spare.take(plan("other")), null);
  assert.equal(workers[0]!.closed, true);
  assert.equal(spare.take(plan()), null);
});

test("one that was begun ahead in vain does not keep others from being made", async () => {
  const { spare, parts, workers, quiet } = setUp();
  parts.loader.describe = () => Promise.reject(new Error("no connection"));
  spare.begin(parts, plan());
  await new Promise(setImmediate);
  assert.equal(spare.take(plan()), null);
  parts.loader.describe = FAKE_LOADER.describe;
  spare.want(parts, plan());
  await quiet();
  assert.equal(workers.length, 2);
  assert.notEqual(spare.take(plan()), null);
});

test("a spare is given away once", async () => {
  const { spare } = await prepared();
  assert.notEqual(spare.take(plan()), null);
  assert.equal(spare.take(plan()), null);
});

test("settings that a kernel takes on when it starts do not matter to a spare", async () => {
  const { spare } = await prepared();
  assert.notEqual(spare.take(plan("tiny", { auto_install: false, index_url: "https://a.example/" })), null);
});

for (const [what, other] of Object.entries({
  "another environment": plan("other"),
  "other packages": { ...plan(), packages: ["seaborn"] },
  "no snapshot": plan("tiny", { use_snapshot: false }),
  "another folder": plan("tiny", { working_folder: "/work" }),
  "other variables": plan("tiny", { environment_variables: { TZ: "UTC" } }),
}))
  test(`a start with ${what} does not get the spare, and one with the same does afterwards`, async () => {
    const { spare } = await prepared();
    assert.equal(spare.take(other), null);
    assert.notEqual(spare.take(plan()), null);
  });

test("a wish for another environment replaces the spare", async () => {
  const { spare, parts, workers, quiet } = await prepared();
  spare.want(parts, plan("other"));
  await quiet();
  assert.deepEqual(
    workers.map((worker) => worker.closed),
    [true, false],
  );
  assert.notEqual(spare.take(plan("other")), null);
});

test("the same wish again changes nothing", async () => {
  const { spare, parts, workers, quiet } = await prepared();
  spare.want(parts, plan());
  await quiet();
  assert.equal(workers.length, 1);
});

test("nothing is made while a kernel works", async () => {
  const { spare, parts, workers, quiet } = setUp();
  spare.want(parts, plan());
  spare.wait();
  spare.resume();
  await quiet();
  assert.equal(workers.length, 0);
});

test("nothing is made while it is not allowed, and what becomes allowed is made when told", async () => {
  let isAllowed = false;
  const { spare, workers, quiet } = await prepared({ isAllowed: () => isAllowed });
  assert.equal(workers.length, 0);
  isAllowed = true;
  spare.resume();
  await quiet();
  assert.equal(workers.length, 1);
});

test("a spare that fails while it is prepared is the last one: memory is low", async () => {
  const error = { code: "kernel_start_failed", message: "no memory", hint: "" };
  const { spare, parts, workers, states, quiet } = setUp();
  parts.openLink = fakeWorkers((worker) => {
    workers.push(worker);
    worker.listener.onMessage({ kind: "kernel_failed", error });
  });
  for (let wishes = 0; wishes < 2; wishes++) {
    spare.want(parts, plan());
    await quiet();
  }
  assert.equal(workers.length, 1);
  assert.deepEqual(states, ["preparing", "none"]);
});

test("a spare that has died is not given away, and the next wish brings another", async () => {
  const { spare, parts, workers, quiet } = await prepared();
  workers[0]!.listener.onFailure("its process is gone");
  assert.equal(spare.take(plan()), null);
  spare.want(parts, plan());
  await quiet();
  assert.equal(workers.length, 2);
  assert.notEqual(spare.take(plan()), null);
});

test("a released spare is ended", async () => {
  const { spare, workers } = await prepared();
  spare.release();
  assert.equal(workers[0]!.closed, true);
  assert.equal(spare.take(plan()), null);
});

test("an environment that was built anew gets a new spare; one that was not keeps it", async () => {
  const { spare, parts, workers, quiet } = await prepared();
  await spare.renew();
  assert.equal(workers[0]!.closed, false);
  parts.loader.describe = async () => ({ ...TINY, id: "2" });
  await spare.renew();
  await quiet();
  assert.deepEqual(
    workers.map((worker) => worker.closed),
    [true, false],
  );
});

test("what a spare asks of the page is not heard: it is nobody's", async () => {
  const { spare, workers } = await prepared();
  const message = {
    kind: "fetch_http",
    request_id: "1",
    method: "GET",
    url: "https://a.example/",
    headers: [],
  };
  workers[0]!.listener.onMessage(message);
  assert.deepEqual(workers[0]!.kinds(), ["prepare_kernel", "provide_asset"]);
  assert.notEqual(spare.take(plan()), null);
});

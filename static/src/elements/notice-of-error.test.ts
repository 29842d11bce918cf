import assert from "node:assert/strict";
import { test } from "node:test";
import { BrowserKernel } from "../kernel/browser-kernel.ts";
import { FAKE_LOADER, type FakeWorker, fakeWorkers } from "../kernel/fake-worker.ts";
import { noticeOf } from "./notice-of-error.ts";

/** A kernel that starts for ever, and what its first start is rejected with. */
function starting() {
  const workers: FakeWorker[] = [];
  const kernel = new BrowserKernel({
    openLink: fakeWorkers((worker) => {
      worker.answers = workers.push(worker) > 1;
    }),
    loader: FAKE_LOADER,
    environmentName: () => "tiny",
    settings: () => ({}),
    openHttp: () => assert.fail(),
    openQueries: () => assert.fail(),
    onFileChanged: () => undefined,
  });
  const refusal = kernel.restart().then(
    () => assert.fail("it started"),
    (error: unknown) => error,
  );
  return { kernel, workers, refusal };
}

test("who leaves a notebook while its kernel starts is told nothing", async () => {
  const { kernel, refusal } = starting();
  kernel.shutdown();
  assert.equal(noticeOf(await refusal), null);
});

test("who restarts a kernel that is starting is told nothing of the first start", async () => {
  const { kernel, refusal } = starting();
  await kernel.restart();
  assert.equal(noticeOf(await refusal), null);
});

test("a kernel that does not start is told of", async () => {
  const { workers, refusal } = starting();
  await new Promise(setImmediate);
  workers[0]?.listener.onFailure("no memory");
  assert.equal(noticeOf(await refusal)?.message, "The kernel died: no memory");
});

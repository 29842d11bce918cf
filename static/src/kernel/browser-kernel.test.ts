import assert from "node:assert/strict";
import { test } from "node:test";
import type { RunEvent } from "../contracts/generated.ts";
import { BrowserKernel, type BrowserKernelOptions } from "./browser-kernel.ts";
import { FAKE_LOADER, type FakeWorker, fakeWorkers, READY, TINY } from "./fake-worker.ts";
import type { KernelError } from "./kernel.ts";
import { KernelLife } from "./kernel-life.ts";

const finished = (run_id: string, status = "ok") => ({
  kind: "run_finished",
  run_id,
  status,
  execution_count: 1,
  duration_seconds: 0.1,
});
const cell = (run_id: string) => ({ run_id, cell_id: "c", source: "1+1" });
const ignore = (): void => undefined;

function setUp(options: Partial<BrowserKernelOptions> = {}) {
  const workers: FakeWorker[] = [];
  const kernel = new BrowserKernel({
    openLink: fakeWorkers((worker) => workers.push(worker)),
    loader: FAKE_LOADER,
    environmentName: () => "tiny",
    settings: () => ({}),
    openQueries: async () => ({ answer: async () => null, closeAll: () => undefined }),
    openHttp: async () => ({
      answer: async (message) =>
        message.kind === "close_http"
          ? null
          : {
              kind: "refuse_request",
              request_id: message.request_id,
              error: { code: "network_refused", message: "no", hint: "" },
            },
      closeAll: () => undefined,
    }),
    onFileChanged: ignore,
    interruptPatienceMilliseconds: 20,
    ...options,
  });
  return { kernel, workers };
}

/** Start a run and wait until the worker has it. */
async function running(runId = "r1") {
  const { kernel, workers } = setUp();
  const events: RunEvent[] = [];
  await kernel.start();
  const run = kernel.run(cell(runId), (event) => events.push(event));
  await Promise.resolve();
  const worker = workers[0]!;
  worker.listener.onMessage({ kind: "run_started", run_id: runId, execution_count: 1 });
  return { kernel, workers, worker, events, run };
}

test("a start hands over the environment, then its files, and ends idle", async () => {
  const { kernel, workers } = setUp();
  await kernel.start();
  await new Promise(setImmediate);
  assert.deepEqual(workers[0]!.kinds(), ["start_kernel", "provide_asset"]);
  assert.deepEqual(kernel.state, { kind: "idle" });
});

test("starts that are asked for at once share one worker", async () => {
  const { kernel, workers } = setUp();
  await Promise.all([kernel.start(), kernel.start(), kernel.start()]);
  assert.equal(workers.length, 1);
});

test("a run starts the kernel and gets its events in order, the last one last", async () => {
  const { kernel, worker, events, run } = await running();
  assert.deepEqual(kernel.state, { kind: "busy", runId: "r1" });
  worker.listener.onMessage({ kind: "stream", run_id: "r1", name: "stdout", text: "2" });
  worker.listener.onMessage(finished("r1"));
  assert.equal((await run).status, "ok");
  assert.deepEqual(
    events.map((event) => event.kind),
    ["run_started", "stream", "run_finished"],
  );
  assert.deepEqual(kernel.state, { kind: "idle" });
});

test("what a task prints after its run is over goes to that run, until its cell runs again", async () => {
  const { kernel, worker, events } = await running();
  const late = { kind: "stream", run_id: "r1", name: "stdout", text: "late" };
  worker.listener.onMessage(finished("r1"));
  worker.listener.onMessage(late);
  assert.equal(events.at(-1)?.kind, "stream");
  void kernel.run(cell("r2"), ignore);
  worker.listener.onMessage(late);
  assert.equal(events.length, 3);
  assert.equal(kernel.droppedMessages, 1);
});

test("malformed, unknown and unasked messages are counted and change nothing", async () => {
  const { kernel, worker, events } = await running();
  const hostile = [
    null,
    "text",
    { kind: "__proto__" },
    { kind: "stream", run_id: "r1", name: "stdin", text: "x" },
    { kind: "stream", run_id: "r1", name: "stdout", text: "x", extra: 1 },
    { kind: "stream", run_id: "other", name: "stdout", text: "x" },
    { kind: "request_done", request_id: "request-1" },
    READY,
  ];
  for (const message of hostile) worker.listener.onMessage(message);
  assert.equal(kernel.droppedMessages, hostile.length);
  assert.equal(events.length, 1);
});

test("Stop that the cell heeds loses nothing", async () => {
  const { kernel, workers, worker, run } = await running();
  const stopping = kernel.interrupt();
  worker.listener.onMessage(finished("r1", "interrupted"));
  assert.equal(await stopping, "interrupted");
  assert.equal((await run).status, "interrupted");
  assert.deepEqual([workers.length, worker.interrupts], [1, 1]);
});

test("Stop that has no effect ends the worker, finishes the run and starts a new one", async () => {
  const { kernel, workers, run } = await running();
  assert.equal(await kernel.interrupt(), "restarted");
  assert.equal((await run).status, "interrupted");
  assert.deepEqual(
    workers.map((worker) => worker.closed),
    [true, false],
  );
  assert.deepEqual(kernel.state, { kind: "idle" });
});

test("Stop with nothing running says so", async () => {
  assert.equal(await setUp().kernel.interrupt(), "nothing_running");
});

test("a worker that dies fails its runs and requests, and the next run gets a new one", async () => {
  const { kernel, workers, worker, events, run } = await running();
  const reading = kernel.readFile("a.txt");
  worker.listener.onFailure("out of memory");
  assert.equal((await run).status, "error");
  assert.deepEqual(
    events.map((event) => event.kind),
    ["run_started", "error", "run_finished"],
  );
  assert.equal(kernel.state.kind, "failed");
  await assert.rejects(reading, { name: "KernelError" });
  await kernel.start();
  assert.equal(workers.length, 2);
});

test("what an ended worker still says is not heard", async () => {
  const { kernel, worker } = await running();
  await kernel.restart();
  worker.listener.onMessage({
    kind: "kernel_failed",
    error: { code: "kernel_died", message: "late", hint: "" },
  });
  assert.deepEqual(kernel.state, { kind: "idle" });
});

test("a start that fails says why, to the caller and to the waiting run", async () => {
  const { kernel } = setUp({
    openLink: async (listener) => {
      const error = { code: "kernel_start_failed", message: "no wasm", hint: "" };
      queueMicrotask(() => listener.onMessage({ kind: "kernel_failed", error }));
      return { isolated: false, post: ignore, prove: ignore, interrupt: ignore, close: ignore };
    },
  });
  const run = kernel.run(cell("r1"), ignore);
  await assert.rejects(kernel.start(), (error: KernelError) => error.body.message === "no wasm");
  assert.equal((await run).status, "error");
});

test("a worker that asks gets the environment's files, each at most twice, and nothing else", async () => {
  const { kernel, workers } = setUp();
  await kernel.start();
  const { listener, posted } = workers[0]!;
  const asked = ["aa", "bb", "aa"].map((sha256) => ({ kind: "request_asset", sha256 }));
  const damaged = { kind: "request_asset", sha256: "aa", damaged: true };
  for (const message of [...asked, damaged, damaged]) listener.onMessage(message);
  await new Promise(setImmediate);
  const bodies = posted.flatMap((message) => (message.kind === "provide_asset" ? [message.body] : []));
  assert.deepEqual(bodies, [new Uint8Array(2), new Uint8Array(2), new Uint8Array(3)]);
  assert.equal(kernel.droppedMessages, 3);
});

test("completions are asked for in code points and answered in UTF-16 units", async () => {
  const { kernel, workers } = setUp();
  await kernel.start();
  const asked = kernel.complete("🐍.up", 5);
  const question = workers[0]!.posted.at(-1)!;
  assert.deepEqual(question, { kind: "complete_code", request_id: "request-1", source: "🐍.up", cursor: 4 });
  const completions = [{ text: "upper", start: 2, end: 4 }];
  workers[0]!.listener.onMessage({ kind: "code_completed", request_id: "request-1", completions });
  assert.deepEqual(await asked, [{ text: "upper", start: 3, end: 5 }]);
});

test("a kernel that is off completes nothing and is not started for it", async () => {
  const { kernel, workers } = setUp();
  assert.deepEqual(await kernel.complete("x", 1), []);
  assert.equal(workers.length, 0);
});

test("the policy's answer to a request goes back under the request's own id", async () => {
  const { worker } = await running();
  worker.listener.onMessage({
    kind: "fetch_http",
    request_id: "http-7",
    method: "GET",
    url: "https://a.example/",
    headers: [],
  });
  await new Promise(setImmediate);
  const answer = worker.posted.at(-1);
  assert.deepEqual(answer?.kind === "refuse_request" && answer.request_id, "http-7");
});

/** A spare of the kernel's plan, prepared by a worker of its own. */
async function withSpare(answers = true) {
  const spares: FakeWorker[] = [];
  const plan = { environmentName: "tiny", packages: [], settings: {} };
  const parts = { openLink: fakeWorkers((worker) => spares.push(worker)), loader: FAKE_LOADER };
  const life = new KernelLife(parts, plan);
  await life.prepared;
  spares[0]!.answers = answers;
  const wishes: string[] = [];
  const spare = {
    take: () => (life.isOver ? null : life),
    want: () => void wishes.push("want"),
    wait: () => void wishes.push("wait"),
  };
  return { ...setUp({ spare }), spare: spares[0]!, wishes };
}

test("a start takes the prepared worker and gives it this notebook's settings", async () => {
  const { kernel, workers, spare } = await withSpare();
  await kernel.start();
  assert.equal(workers.length, 0);
  assert.deepEqual(spare.posted.at(-1), { kind: "start_kernel", environment: TINY, settings: {} });
  assert.deepEqual(kernel.state, { kind: "idle" });
});

test("a spare is wished for when the kernel rests, not while it works", async () => {
  const { kernel, spare, wishes } = await withSpare();
  await kernel.start();
  void kernel.run(cell("r1"), ignore);
  await Promise.resolve();
  spare.listener.onMessage({ kind: "run_started", run_id: "r1", execution_count: 1 });
  assert.deepEqual([wishes.at(-2), wishes.at(-1)], ["want", "wait"]);
});

test("a spare that fails to start is replaced without a word to the person", async () => {
  const { kernel, workers, spare } = await withSpare(false);
  const starting = kernel.start();
  spare.listener.onFailure("its process is gone");
  await starting;
  assert.deepEqual([workers.length, spare.closed], [1, true]);
  assert.deepEqual(kernel.state, { kind: "idle" });
});

test("a kernel that came from a spare and dies later is a failure like any other", async () => {
  const { kernel, spare } = await withSpare();
  await kernel.start();
  spare.listener.onFailure("out of memory");
  assert.equal(kernel.state.kind, "failed");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { FakePresence } from "../document/fake-presence.ts";
import { NotebookDocument, type Output } from "../document/notebook.ts";
import { type Kernel, KernelError } from "../kernel/kernel.ts";
import { Database } from "./database.ts";
import { NetworkGate, NetworkGrants } from "./network-gate.ts";
import { NotebookBlobs } from "./notebook-blobs.ts";
import { type Program, Saved, ScriptedKernel } from "./scripted-kernel.ts";
import { NotebookSession, type Notice } from "./session.ts";

interface World {
  session: NotebookSession;
  kernel: ScriptedKernel;
  files: EventTarget & { restoreInto(): Promise<void> };
  restored: string[];
}

function open(sources: string[], programs: Record<string, Program> = {}): World {
  const notebook = NotebookDocument.seeded((seed) => {
    seed.insertCells(
      0,
      sources.map((source) => ({ id: source, source })),
    );
  });
  const kernel = new ScriptedKernel(programs);
  const restored: string[] = [];
  const restoreInto = async (): Promise<void> => void restored.push(`start ${kernel.starts}`);
  const files = Object.assign(new EventTarget(), { restoreInto });
  const network = new NetworkGate(
    { appOrigin: "https://app.example", readablePrefixes: [] },
    new NetworkGrants(null, "n"),
  );
  const session = new NotebookSession({
    notebook,
    kernel: kernel as unknown as Kernel,
    network,
    save: new Saved(),
    files,
    blobs: new NotebookBlobs(Database.inMemory()),
    presence: new FakePresence(),
    runtime: { id: "r", kind: "browser", user_id: "ada", name: "" },
  });
  return { session, kernel, files, restored };
}

const error: Program = (emit, run_id) => {
  emit({ kind: "error", run_id, ename: "E", evalue: "v", traceback: ["t"] });
  return { status: "error" };
};
const forever: Program = () => new Promise(() => undefined);
const outputsOf = (session: NotebookSession, id: string): Output[] | undefined =>
  session.notebook.cell(id)?.outputs;
const once = (session: NotebookSession, name: string): Promise<unknown> =>
  new Promise((resolve) => session.addEventListener(name, resolve, { once: true }));

test("opening a notebook starts nothing", () => {
  const { session, kernel } = open(["a"]);
  assert.deepEqual([kernel.starts, kernel.ran, session.stateOf("a")], [0, [], { kind: "idle" }]);
});

test("cells run in the order they stand and write their outputs and counts", async () => {
  const { session, kernel } = open(["a", "b"]);
  await session.runAll();
  assert.deepEqual(kernel.ran, ["a", "b"]);
  assert.deepEqual(outputsOf(session, "b"), [{ output_type: "stream", name: "stdout", text: "b" }]);
  assert.equal(session.notebook.cell("b")?.executionCount, 2);
  assert.deepEqual(session.stateOf("b"), { kind: "finished", status: "ok", durationSeconds: 0.5 });
});

test("an error drops the cells that wait, and marks them", async () => {
  const { session, kernel } = open(["a", "bad", "c"], { bad: error });
  await session.runAll();
  assert.deepEqual(kernel.ran, ["a", "bad"]);
  assert.deepEqual(session.stateOf("bad"), { kind: "finished", status: "error", durationSeconds: 0.5 });
  assert.deepEqual(session.stateOf("c"), { kind: "cancelled" });
});

test("stop ends the running cell and drops the rest", async () => {
  const { session } = open(["loop", "b"], { loop: forever });
  const started = once(session, "run");
  const running = session.runAll();
  await started;
  assert.deepEqual(session.stateOf("b"), { kind: "queued", position: 0 });
  await Promise.resolve().then(() => new Promise((resolve) => setImmediate(resolve)));
  await session.stop();
  await running;
  assert.deepEqual(session.stateOf("loop"), {
    kind: "finished",
    status: "interrupted",
    durationSeconds: 0.5,
  });
  assert.deepEqual(session.stateOf("b"), { kind: "cancelled" });
});

test("a stop that needed a restart is told", async () => {
  const { session, kernel } = open(["a"]);
  kernel.interruptOutcome = "restarted";
  const notices: Notice[] = [];
  session.on("notice", (notice) => notices.push(notice));
  await session.stop();
  assert.match(notices[0]?.hint ?? "", /Variables and what this cell wrote/);
});

test("files are restored before the first run of each kernel, once", async () => {
  const { session, restored } = open(["a", "b"]);
  await session.runAll();
  await session.restartAndRunAll();
  assert.deepEqual(restored, ["start 1", "start 2"]);
});

test("restart forgets how cells ran and keeps their outputs", async () => {
  const { session } = open(["a"]);
  await session.runAll();
  await session.restart();
  assert.deepEqual(session.stateOf("a"), { kind: "idle" });
  assert.equal(outputsOf(session, "a")?.length, 1);
});

test("a display is updated from another cell", async () => {
  const transient = { display_id: "d" };
  const { session } = open(["show", "update"], {
    show: (emit, run_id) => {
      emit({ kind: "display_data", run_id, data: { "text/plain": "1" }, metadata: {}, transient });
      return {};
    },
    update: (emit, run_id) => {
      emit({ kind: "update_display_data", run_id, data: { "text/plain": "2" }, metadata: {}, transient });
      return {};
    },
  });
  await session.runAll();
  assert.deepEqual(outputsOf(session, "show"), [
    { output_type: "display_data", data: { "text/plain": "2" }, metadata: {}, transient },
  ]);
});

test("clear_output with wait keeps the old output until the next one", async () => {
  const seen: unknown[] = [];
  const { session } = open(["a"], {
    a: async (emit, run_id) => {
      emit({ kind: "stream", run_id, name: "stdout", text: "old" });
      await new Promise((resolve) => setTimeout(resolve, 30));
      emit({ kind: "clear_output", run_id, wait: true });
      seen.push(outputsOf(session, "a")?.length);
      emit({ kind: "stream", run_id, name: "stdout", text: "new" });
      return {};
    },
  });
  await session.runAll();
  assert.deepEqual(
    [seen, outputsOf(session, "a")],
    [[1], [{ output_type: "stream", name: "stdout", text: "new" }]],
  );
});

test("a run that prints nothing takes the old outputs away", async () => {
  const { session } = open(["a"], { a: () => ({}) });
  session.notebook.cell("a")?.appendStream("stdout", "old");
  await session.runAll();
  assert.deepEqual(outputsOf(session, "a"), []);
});

test("a question is asked, answered and shown, a password is not", async () => {
  const ask =
    (password: boolean): Program =>
    async (emit, run_id) => {
      emit({ kind: "input_requested", run_id, input_id: run_id, prompt: "? ", password });
      await once(session, "input");
      return {};
    };
  const { session, kernel } = open(["name", "secret"], { name: ask(false), secret: ask(true) });
  session.on("input", (input) => input !== null && setImmediate(() => session.answerInput("Ada")));
  await session.runAll();
  assert.deepEqual(kernel.answers, ["Ada", "Ada"]);
  assert.deepEqual(outputsOf(session, "name"), [{ output_type: "stream", name: "stdout", text: "? Ada\n" }]);
  assert.deepEqual(outputsOf(session, "secret"), [
    { output_type: "stream", name: "stdout", text: "? ········\n" },
  ]);
});

test("set_next_input puts a cell below", async () => {
  const payload = [{ source: "set_next_input", text: "next()", replace: false }];
  const { session } = open(["a", "b"], { a: () => ({ payload }) });
  await session.runCells(["a"]);
  assert.deepEqual(
    session.notebook.cells().map((cell) => cell.source),
    ["a", "next()", "b"],
  );
});

test("a kernel that dies tells why, and the cells that wait are marked", async () => {
  const died = new KernelError({ code: "kernel_died", message: "out of memory", hint: "use less" });
  const { session } = open(["a", "b"], { a: () => Promise.reject(died) });
  const notices: Notice[] = [];
  session.on("notice", (notice) => notices.push(notice));
  await session.runAll();
  assert.deepEqual(notices, [{ level: "error", message: "out of memory", hint: "use less", cellId: "a" }]);
  assert.deepEqual(session.stateOf("b"), { kind: "cancelled" });
});

test("a cell deleted while it waits does not run, one deleted while it runs leaves nothing", async () => {
  const { session, kernel } = open(["a", "b", "c"], {
    a: (emit, run_id) => {
      session.notebook.deleteCells(["a", "b"]);
      emit({ kind: "stream", run_id, name: "stdout", text: "late" });
      return {};
    },
  });
  await session.runAll();
  assert.deepEqual(kernel.ran, ["a", "c"]);
  assert.equal(session.notebook.doc.getMap("outputs").has("a"), false);
});

test("a running cell can be queued again, a waiting one waits once", async () => {
  const { session, kernel } = open(["a", "b"], {
    a: () => {
      if (kernel.ran.length === 1) void session.runCells(["a", "b", "b"]);
      return {};
    },
  });
  await session.runCells(["a", "b"]);
  assert.deepEqual(kernel.ran, ["a", "b", "a"]);
});

test("run above stops before the cell, run below begins with it", async () => {
  const { session, kernel } = open(["a", "b", "c"]);
  await session.runAbove("b");
  await session.runBelow("b");
  assert.deepEqual(kernel.ran, ["a", "b", "c"]);
});

test("installs become notices of one topic", async () => {
  const { session } = open(["a"], {
    a: (emit, run_id) => {
      emit({ kind: "package_progress", run_id, package: "rich", state: "installing", detail: "1 MB" });
      return {};
    },
  });
  const notices: Notice[] = [];
  session.on("notice", (notice) => notices.push(notice));
  await session.runAll();
  assert.deepEqual(notices, [
    { level: "info", message: "Installing rich", hint: "1 MB", topic: "package:rich", cellId: "a" },
  ]);
});

test("files that a kernel cannot take do not stop the run", async () => {
  const { session, kernel, files } = open(["a"]);
  files.restoreInto = () => Promise.reject(new KernelError({ code: "internal", message: "no such folder" }));
  const notices: Notice[] = [];
  session.on("notice", (notice) => notices.push(notice));
  await session.runAll();
  assert.deepEqual([notices[0]?.level, notices[0]?.message.endsWith("no such folder")], ["warning", true]);
  assert.deepEqual(kernel.ran, ["a"]);
});

test("a stop while the kernel starts keeps the cell from running", async () => {
  const { session, kernel, files } = open(["a", "b"]);
  files.restoreInto = () => session.stop();
  await session.runAll();
  assert.deepEqual(kernel.ran, []);
  assert.deepEqual(session.stateOf("b"), { kind: "cancelled" });
});

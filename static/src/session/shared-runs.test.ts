import assert from "node:assert/strict";
import { test } from "node:test";
import * as Y from "yjs";
import { FakePresence } from "../document/fake-presence.ts";
import { NotebookDocument } from "../document/notebook.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { Database } from "./database.ts";
import { NetworkGate, NetworkGrants } from "./network-gate.ts";
import { NotebookBlobs } from "./notebook-blobs.ts";
import { type Program, Saved, ScriptedKernel } from "./scripted-kernel.ts";
import { type CellRunState, NotebookSession } from "./session.ts";

interface Person {
  session: NotebookSession;
  kernel: ScriptedKernel;
  presence: FakePresence;
  state(cellId: string): CellRunState["kind"];
  text(cellId: string): string;
  /** The connection goes, without a word. */
  vanish(): void;
}

/** People who have one notebook open: what one writes, the others have in the same turn. */
function people(names: string[], programs: Record<string, Program> = {}): Person[] {
  const seed = NotebookDocument.seeded((notebook) => {
    notebook.insertCells(
      0,
      ["a", "b", "c"].map((id) => ({ id, source: id })),
    );
  });
  const room = new Set<FakePresence>();
  const docs = names.map(() => {
    const doc = new Y.Doc();
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(seed.doc));
    return doc;
  });
  const connected = new Set(docs);
  for (const doc of docs)
    doc.on("update", (update: Uint8Array, origin: unknown) => {
      if (origin === "room" || !connected.has(doc)) return;
      for (const other of connected) Y.applyUpdate(other, update, "room");
    });
  return names.map((name, index) => {
    const presence = new FakePresence(room, { id: name, name, color: "#000000" });
    const kernel = new ScriptedKernel(programs);
    const notebook = new NotebookDocument(docs[index] as Y.Doc);
    const session = new NotebookSession({
      notebook,
      kernel: kernel as unknown as Kernel,
      network: new NetworkGate(
        { appOrigin: "https://app.example", readablePrefixes: [] },
        new NetworkGrants(null, "n"),
      ),
      save: new Saved(),
      files: Object.assign(new EventTarget(), { restoreInto: async () => undefined }),
      blobs: new NotebookBlobs(Database.inMemory()),
      presence,
      schedule: (act) => {
        const timer = setImmediate(act);
        return () => clearImmediate(timer);
      },
      runtime: { id: `runtime of ${name}`, kind: "browser", user_id: name, name: `${name}'s browser` },
    });
    const state = (cellId: string) => session.stateOf(cellId).kind;
    const text = (cellId: string) =>
      notebook
        .cell(cellId)
        ?.outputs.map((output) => ("text" in output ? output.text : output.output_type))
        .join("") ?? "";
    const vanish = (): void => {
      connected.delete(notebook.doc);
      presence.vanish();
    };
    return { session, kernel, presence, state, text, vanish };
  });
}

const two = (programs?: Record<string, Program>) => people(["Ada", "Bob"], programs) as [Person, Person];

/** A program that goes on until `end` is called. */
function until(): { program: Program; end(): void } {
  const { promise, resolve } = Promise.withResolvers<Record<string, never>>();
  return { program: () => promise, end: () => resolve({}) };
}

/** Until what is under way has come to rest. */
const turn = async (): Promise<void> => {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
};

test("who asks first becomes the host, and the other sees queue, stream and result live", async () => {
  const long = until();
  const [ada, bob] = two({
    a: async (emit, run_id) => {
      emit({ kind: "stream", run_id, name: "stdout", text: "half" });
      return long.program(emit, run_id);
    },
  });
  const done = ada.session.runCells(["a", "b"]);
  await turn();
  assert.deepEqual([bob.state("a"), bob.state("b"), bob.text("a")], ["running", "queued", "half"]);
  assert.equal(bob.session.hostElsewhere?.name, "Ada's browser");
  long.end();
  await done;
  assert.deepEqual([bob.state("a"), bob.state("b"), bob.text("b")], ["finished", "finished", "b"]);
});

test("a cell that somebody else asks for runs in the host's kernel, and nowhere else", async () => {
  const [ada, bob] = two();
  await ada.session.runCells(["a"]);
  await bob.session.runCells(["b"]);
  assert.deepEqual([ada.kernel.ran, bob.kernel.ran, bob.text("b")], [["a", "b"], [], "b"]);
  assert.deepEqual([ada.session.didRunHere("b"), bob.session.didRunHere("b")], [true, false]);
});

test("somebody else can stop what runs and what waits", async () => {
  const [ada, bob] = two({ a: until().program });
  const done = ada.session.runCells(["a", "b"]);
  await turn();
  await bob.session.stop();
  await done;
  assert.deepEqual(bob.session.stateOf("a"), {
    kind: "finished",
    status: "interrupted",
    durationSeconds: 0.5,
  });
  assert.deepEqual([ada.state("b"), ada.kernel.ran], ["cancelled", ["a"]]);
  assert.equal(ada.session.notebook.doc.getMap("stops").size, 0);
});

test("a hand-over takes what is not started along, and leaves what runs where it is", async () => {
  const long = until();
  const [ada, bob] = two({ a: long.program });
  const done = ada.session.runCells(["a", "b", "c"]);
  await turn();
  bob.session.runHere();
  await turn();
  assert.deepEqual([ada.state("a"), bob.kernel.ran], ["running", ["b", "c"]]);
  long.end();
  await done;
  assert.deepEqual(
    [ada.kernel.ran, ada.text("b"), ada.session.hostElsewhere?.name],
    [["a"], "b", "Bob's browser"],
  );
});

test("the runs of a browser that vanished are lost, and its cells run elsewhere", async () => {
  const [ada, bob] = two({ a: until().program });
  void ada.session.runCells(["a", "b"]);
  await turn();
  ada.vanish();
  assert.deepEqual([bob.state("a"), bob.state("b")], ["lost", "lost"]);
  await bob.session.runCells(["b"]);
  assert.deepEqual([bob.kernel.ran, bob.state("b"), bob.state("a")], [["b"], "finished", "lost"]);
});

test("whoever was taken for gone and is not goes on", async () => {
  const long = until();
  const [ada, bob] = two({ a: long.program });
  const done = ada.session.runCells(["a", "b"]);
  await turn();
  ada.presence.vanish();
  assert.deepEqual([ada.state("a"), ada.state("b")], ["running", "queued"]);
  long.end();
  await done;
  assert.deepEqual([ada.kernel.ran, bob.text("b")], [["a", "b"], "b"]);
});

test("nobody is taken for gone before all who are there are known", async () => {
  const [ada, bob] = two({ a: until().program });
  bob.presence.isComplete = false;
  void ada.session.runCells(["a"]);
  await turn();
  ada.vanish();
  assert.equal(bob.state("a"), "running");
});

test("who may ask for runs and not write their outputs has them run by others only", async () => {
  const [ada, bob] = two();
  bob.session.rights = { mayAsk: () => true, mayHost: () => false };
  const told: string[] = [];
  bob.session.on("notice", ({ message }) => told.push(message));
  await bob.session.runCells(["a"]);
  assert.deepEqual(
    [bob.kernel.ran, bob.state("a"), told],
    [[], "idle", ["Nobody who may edit this notebook runs it now."]],
  );
  await ada.session.runCells(["b"]);
  await bob.session.runCells(["a"]);
  assert.deepEqual([ada.kernel.ran, bob.kernel.ran, bob.text("a"), told.length], [["b", "a"], [], "a", 1]);
});

test("a reader's page writes nothing of runs, and says why", async () => {
  const [ada, bob] = two({ a: until().program });
  bob.session.rights = { mayAsk: () => false, mayHost: () => false };
  void ada.session.runCells(["a"]);
  await turn();
  const told: string[] = [];
  bob.session.on("notice", ({ message }) => told.push(message));
  const written: unknown[] = [];
  bob.session.notebook.doc.on("update", (_, origin) => origin !== "room" && written.push(origin));
  await bob.session.runCells(["b"]);
  bob.session.runHere();
  await bob.session.restart();
  ada.vanish();
  assert.deepEqual([bob.state("a"), written], ["running", []]);
  assert.deepEqual(told, [
    "You may read this notebook, not run it.",
    "Only who may edit this notebook can have it run in their page.",
  ]);
});

test("a run that waited to know who is there begins nothing once the page was left", async () => {
  const [ada, bob] = two();
  await ada.session.runCells(["a"]);
  ada.vanish();
  const known = Promise.withResolvers<void>();
  Object.assign(bob.presence, { isComplete: false, settled: known.promise });
  const asked = bob.session.runCells(["b"]);
  bob.session.close();
  known.resolve();
  await asked;
  assert.deepEqual(
    [bob.kernel.starts, bob.kernel.ran, bob.session.notebook.doc.getMap("runs").size],
    [0, [], 1],
  );
});

test("others see that a cell waits for an answer, which is given where the kernel is", async () => {
  const asks: Program = async (emit, run_id) => {
    emit({ kind: "input_requested", run_id, input_id: "i", prompt: "Name? ", password: false });
    return await new Promise<Record<string, never>>((resolve) => {
      ada.session.on("input", (input) => input === null && resolve({}));
    });
  };
  const [ada, bob] = two({ a: asks });
  const done = ada.session.runCells(["a"]);
  await turn();
  const state = bob.session.stateOf("a");
  assert.deepEqual([state.kind === "running" && state.asks, bob.session.pendingInput], ["Name? ", null]);
  ada.session.answerInput("Grace");
  await done;
  assert.deepEqual([bob.state("a"), bob.text("a")], ["finished", "Name? Grace\n"]);
});

test("an error drops what the same person has waiting, and no one else's", async () => {
  const long = until();
  const [ada, bob] = two({
    a: async (emit, run_id) => {
      await long.program(emit, run_id);
      return { status: "error" };
    },
  });
  const done = ada.session.runCells(["a", "b"]);
  const asked = bob.session.runCells(["c"]);
  await turn();
  long.end();
  await Promise.all([done, asked]);
  assert.deepEqual([ada.kernel.ran, ada.state("b"), ada.state("c")], [["a", "c"], "cancelled", "finished"]);
});

test("a page that closes leaves nothing running and nothing queued", async () => {
  const [ada, bob] = two({ a: until().program });
  void ada.session.runCells(["a", "b"]);
  await turn();
  ada.session.close();
  await turn();
  assert.deepEqual([bob.state("a"), bob.state("b"), bob.session.queue], ["lost", "idle", []]);
});

test("of each cell one ended run stays in the document", async () => {
  const [ada, bob] = two();
  for (let i = 0; i < 5; i++) await ada.session.runCells(["a"]);
  bob.session.runHere();
  await bob.session.runCells(["a"]);
  assert.equal(ada.session.notebook.doc.getMap("runs").size, 1);
});

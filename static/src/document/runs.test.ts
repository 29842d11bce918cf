import assert from "node:assert/strict";
import { test } from "node:test";
import * as Y from "yjs";
import { NotebookDocument } from "./notebook.ts";
import { Runs } from "./runs.ts";
import { RuntimeRuns } from "./runtime-runs.ts";

const SCHEDULES = Number(process.env["SCHEDULES"] ?? 200);
const PEERS = 3;
const STEPS = [
  ...["ask", "ask", "host", "start", "start", "finish", "lose", "mistake", "double", "vanish"],
  ...Array<string>(6).fill("deliver"),
];

type Peer = { id: string; doc: Y.Doc; runs: Runs; own: RuntimeRuns; inbox: Uint8Array[]; isThere: boolean };

/** Replicas whose updates are late, doubled and out of order, and what they started. */
class Room {
  readonly starts = new Map<string, number>();
  readonly asked: string[] = [];
  readonly peers: Peer[];

  constructor() {
    const seed = Y.encodeStateAsUpdate(NotebookDocument.create().doc);
    this.peers = Array.from({ length: PEERS }, (_, index) => {
      const doc = new Y.Doc();
      Y.applyUpdate(doc, seed, "room");
      const runs = new Runs(doc);
      const id = `runtime ${index}`;
      return { id, doc, runs, own: new RuntimeRuns(runs, id), inbox: [], isThere: true };
    });
    for (const peer of this.peers)
      peer.doc.on("update", (update: Uint8Array, origin: unknown) => {
        if (origin !== "room") for (const other of this.peers) if (other !== peer) other.inbox.push(update);
      });
  }

  get there(): Peer[] {
    return this.peers.filter(({ isThere }) => isThere);
  }

  step(kind: string, peer: Peer, pick: number): void {
    if (!peer.isThere) return;
    const { runs, own, inbox } = peer;
    const isThere = (id: string | null) => this.there.some((each) => each.id === id);
    const absent = (ids: string[]) => runs.unfinished().filter(({ run }) => !ids.includes(run.runtime_id));
    const acts: Record<string, () => void> = {
      ask: () => {
        if (!isThere(runs.host)) runs.host = peer.id;
        this.asked.push(`cell ${this.asked.length}`);
        const asker = { runtimeId: runs.host ?? "", userId: peer.id, now: this.asked.length };
        runs.ask(this.asked.slice(-1), asker);
      },
      host: () => {
        runs.host = peer.id;
      },
      deliver: () => {
        const [update] = inbox.splice(pick % inbox.length, 1);
        if (update) Y.applyUpdate(peer.doc, update, "room");
      },
      double: () => inbox.length > 0 && Y.applyUpdate(peer.doc, inbox[pick % inbox.length]!, "room"),
      start: () => this.start(peer),
      finish: () => own.running && own.finish("ok", 2),
      vanish: () => {
        peer.isThere = this.there.length === 1;
      },
      lose: () => runs.lose(absent(this.there.map(({ id }) => id))),
      // It cannot see the others just now, and takes them for gone.
      mistake: () => runs.lose(absent([peer.id])),
    };
    acts[kind]?.();
  }

  start({ id, runs, own }: Peer): void {
    own.follow();
    const { host } = runs;
    if (host !== null && host !== id && this.there.some((each) => each.id === host)) own.handOver(host);
    const taken = own.take(1);
    if (taken === null) return;
    assert.equal(taken.run.runtime_id, id);
    for (const key of [taken.id, taken.run.cell_id]) this.starts.set(key, (this.starts.get(key) ?? 0) + 1);
  }

  /** Everybody who is still there hears everything and works off what is theirs. */
  comeToRest(): void {
    for (let round = 0; round < 4 * PEERS; round++) {
      for (const peer of this.there) {
        for (const other of this.there) Y.applyUpdate(peer.doc, Y.encodeStateAsUpdate(other.doc), "room");
        this.step("lose", peer, 0);
        peer.own.follow();
      }
      for (const peer of this.there)
        while (peer.own.running !== null || peer.own.hasQueued) {
          this.step("finish", peer, 0);
          this.start(peer);
        }
    }
  }
}

function randomOf(seed: number): (below: number) => number {
  let state = seed + 1;
  return (below) => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
}

test("every run starts at most once, and once if its runtime stays", () => {
  for (let seed = 0; seed < SCHEDULES; seed++) {
    const random = randomOf(seed * 7919);
    const room = new Room();
    for (let step = 0; step < 60; step++) {
      const kind = STEPS[random(STEPS.length)] as string;
      room.step(kind, room.peers[random(PEERS)] as Peer, random(50));
    }
    room.comeToRest();
    const twice = [...room.starts].filter(([, count]) => count > 1);
    assert.deepEqual(twice, [], `seed ${seed}`);
    const views = room.there.map(({ runs }) => runs.entries());
    for (const view of views) assert.deepEqual(view, views[0], `seed ${seed}`);
    for (const { runs } of room.there) assert.deepEqual(runs.unfinished(), [], `seed ${seed}`);
    for (const { id, run } of views[0] ?? [])
      if (room.starts.has(id) && room.there.some((peer) => peer.id === run.runtime_id))
        assert.equal(run.state, "finished", `seed ${seed}`);
    if (room.there.length === PEERS)
      for (const cell of room.asked) assert.equal(room.starts.get(cell), 1, `seed ${seed}, ${cell}`);
  }
});

function asked(count: number) {
  const runs = new Runs(NotebookDocument.create().doc);
  const own = new RuntimeRuns(runs, "r");
  runs.ask(
    Array.from({ length: count }, (_, index) => `c${index}`),
    { runtimeId: "r", userId: "ada", now: 1_790_000_000 },
  );
  own.follow();
  return { runs, own };
}

test("runs start in the order in which they were asked for", () => {
  const { own } = asked(20);
  const started: string[] = [];
  for (let taken = own.take(2); taken !== null; taken = own.take(2)) {
    started.push(taken.run.cell_id);
    own.finish("ok", 3);
  }
  assert.deepEqual(
    started,
    Array.from({ length: 20 }, (_, index) => `c${index}`),
  );
});

test("finishing what does not run names the state", () => {
  assert.throws(() => asked(1).own.finish("ok", 1), /cannot finish a run as ok: none is running/);
});

test("a runtime that was taken for gone says that it goes on", () => {
  const { runs, own } = asked(2);
  own.take(2);
  runs.lose(runs.unfinished());
  own.follow();
  assert.deepEqual(
    runs.entries().map(({ run }) => run.state),
    ["running", "queued"],
  );
});

test("a run that a peer puts back into the queue does not start again", () => {
  const { runs, own } = asked(1);
  const taken = own.take(2);
  own.finish("ok", 3);
  runs.put(taken?.id ?? "", { ...(taken?.run as NonNullable<typeof taken>["run"]), state: "queued" });
  own.follow();
  assert.equal(own.take(4), null);
});

test("what is no run is passed over, and what a peer adds to one is kept", () => {
  const { runs, own } = asked(1);
  const { id, run } = runs.entries()[0] as ReturnType<Runs["entries"]>[number];
  const doc = new Y.Doc();
  const theirs = doc.getMap("runs");
  theirs.set("bad", "no run");
  theirs.set("worse", { cell_id: "c", runtime_id: "r", asked_at: 1, state: "unheard of" });
  assert.deepEqual(new Runs(doc).entries(), []);
  runs.put(id, { ...run, theirs: 1 } as typeof run);
  assert.deepEqual(own.take(2)?.run, { ...run, theirs: 1, state: "running", started_at: 2 });
});

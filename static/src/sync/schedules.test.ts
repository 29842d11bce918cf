/** Random schedules: whatever is dropped, repeated, late or restarted, "saved" is true and nothing is lost. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as Y from "yjs";
import { FakeClock } from "./fake-clock.ts";
import { FakeRelay } from "./fake-relay.ts";
import { RoomClient } from "./room-client.ts";

const SCHEDULES = Number(process.env["SCHEDULES"] ?? 300);
const STEPS = 120;

/** Mulberry32: small, and the same everywhere. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

class Schedule {
  readonly relay = new FakeRelay();
  readonly clock = new FakeClock();
  readonly random: () => number;
  readonly clients: RoomClient[];
  readonly docs: Y.Doc[];
  savedSeen = 0;

  constructor(seed: number) {
    this.random = randomOf(seed);
    this.docs = [1, 2, 3].map((clientID) => Object.assign(new Y.Doc(), { clientID }));
    this.clients = this.docs.map((doc) => {
      const client = new RoomClient({
        doc,
        openSocket: () => this.relay.connect(),
        after: this.clock.after,
        chance: this.random,
        isOnline: () => true,
      });
      client.connect();
      return client;
    });
  }

  step(): void {
    const { relay, clock } = this;
    const socket = pick(relay.sockets, this.random);
    const roll = this.random();
    if (roll < 0.25) this.#edit(pick(this.docs, this.random)!);
    else if (roll < 0.8) pick(relay.moves(), this.random)!();
    else if (roll < 0.88) clock.advance(this.random() * 3000);
    else if (roll < 0.92 && socket) relay.drop(socket, pick([1006, 1012, 1013, 4503, 4507], this.random)!);
    else if (roll < 0.95 && socket) relay.repeat(socket);
    else if (roll < 0.96) relay.crash();
    else if (roll < 0.98) pick(this.clients, this.random)!.lostNetwork();
    else for (const client of this.clients) client.connect();
    this.#check();
  }

  /** No more faults: everything arrives. */
  end(): void {
    for (let round = 0; round < 400; round++) {
      for (const client of this.clients) client.connect();
      for (const move of this.relay.moves()) move();
      if (round % 20 === 0) this.clock.advance(500);
    }
  }

  #edit(doc: Y.Doc): void {
    const text = doc.getText("t");
    const at = Math.floor(this.random() * (text.length + 1));
    if (this.random() < 0.3 && at < text.length) text.delete(at, 1);
    else text.insert(at, String.fromCharCode(97 + Math.floor(this.random() * 26)));
  }

  #check(): void {
    const kept = Y.snapshot(this.relay.kept);
    for (const [at, client] of this.clients.entries()) {
      if (!client.isSaved) continue;
      this.savedSeen++;
      assert.ok(
        Y.snapshotContainsUpdate(kept, Y.encodeStateAsUpdate(this.docs[at]!)),
        "said saved, and is not",
      );
      assert.equal(client.waiting, 0);
    }
  }
}

function pick<Item>(items: readonly Item[], random: () => number): Item | undefined {
  return items[Math.floor(random() * items.length)];
}

test(`in ${SCHEDULES} random schedules it never says saved when an edit is not on the relay`, () => {
  let savedSeen = 0;
  for (let seed = 1; seed <= SCHEDULES; seed++) {
    const schedule = new Schedule(seed);
    try {
      for (let step = 0; step < STEPS; step++) schedule.step();
      schedule.end();
      const texts = schedule.docs.map((doc) => doc.getText("t").toString());
      assert.deepEqual(texts, Array(3).fill(schedule.relay.kept.getText("t").toString()));
      assert.deepEqual(
        schedule.clients.map((client) => [client.isSaved, client.waiting]),
        Array(3).fill([true, 0]),
      );
    } catch (error) {
      throw new Error(`seed ${seed}: ${error}`, { cause: error });
    }
    savedSeen += schedule.savedSeen;
  }
  assert.ok(savedSeen > SCHEDULES, "the schedules hardly ever reached a saved state");
});

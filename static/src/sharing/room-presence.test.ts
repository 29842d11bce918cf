import assert from "node:assert/strict";
import { test } from "node:test";
import * as Y from "yjs";
import type { Runtime, User } from "../contracts/generated.ts";
import { runtimesOf } from "../document/presence.ts";
import { FakeClock } from "../sync/fake-clock.ts";
import { FakeRelay } from "../sync/fake-relay.ts";
import { RoomClient } from "../sync/room-client.ts";
import { RoomPresence } from "./room-presence.ts";

const RUNTIME: Runtime = { id: "kernel", kind: "browser", user_id: "ada", name: "" };

/** Nobody comes back sooner than the longest wait: the worst that chance can do. */
function world() {
  const relay = new FakeRelay();
  const clock = new FakeClock();
  const join = (name: string, chance = 1) => {
    const client = new RoomClient({
      doc: new Y.Doc(),
      openSocket: () => relay.connect(),
      after: clock.after,
      chance: () => chance,
      isOnline: () => true,
    });
    const user: User = { id: name, name, color: "#000000" };
    const presence = new RoomPresence(client, user, new AbortController().signal, clock.after);
    const runtimes = () => runtimesOf(presence).map(({ id }) => id);
    client.connect();
    settle();
    return { client, presence, runtimes };
  };
  const settle = () => {
    for (let moves = relay.moves(); moves.length > 1; moves = relay.moves()) moves.at(-1)!();
    relay.persist();
    if (relay.moves().length > 1) settle();
  };
  /** Step by step, so that everybody comes back when their wait is over. */
  const pass = (seconds: number) => {
    for (let half = 0; half < seconds * 2; half++) {
      clock.advance(500);
      settle();
    }
  };
  return { relay, join, settle, pass };
}

test("who is there when one joins is known at once, and who left long ago is gone half a minute later", async () => {
  const { join, pass, settle } = world();
  const host = join("ada");
  host.presence.tell({ runtime: RUNTIME });
  settle();
  const guest = join("bob");
  await guest.presence.settled;
  assert.deepEqual([guest.runtimes(), guest.presence.isComplete], [["kernel"], false]);
  pass(30);
  assert.equal(guest.presence.isComplete, true);
});

test("a runtime whose page has died is gone for the others within seconds, not at once", () => {
  const { join, pass, settle } = world();
  const host = join("ada");
  host.presence.tell({ runtime: RUNTIME });
  const guest = join("bob");
  pass(30);
  host.client.close();
  settle();
  pass(4);
  assert.deepEqual(guest.runtimes(), ["kernel"]);
  pass(1);
  assert.deepEqual([guest.runtimes(), guest.presence.isComplete], [[], true]);
});

test("a runtime whose connection breaks and comes back at the third attempt was never gone", () => {
  const { relay, join, pass } = world();
  const host = join("ada");
  host.presence.tell({ runtime: RUNTIME });
  const guest = join("bob");
  pass(30);
  const wasEverGone: number[] = [];
  guest.presence.addEventListener("change", () => {
    if (!guest.runtimes().includes("kernel")) wasEverGone.push(relay.sockets.length);
  });
  relay.drop(relay.sockets[0]!, 1006);
  relay.isDown = true;
  pass(3);
  relay.isDown = false;
  pass(30);
  assert.deepEqual([wasEverGone, guest.runtimes(), host.presence.isComplete], [[], ["kernel"], true]);
});

test("joining a relay that has just restarted takes nobody for gone who is still coming back", () => {
  const { relay, join, pass, settle } = world();
  const host = join("ada");
  host.presence.tell({ runtime: RUNTIME });
  settle();
  relay.isDown = true;
  relay.crash();
  pass(60);
  relay.isDown = false;
  const guest = join("bob");
  const wasEverWrong = [];
  for (let second = 0; second < 40; second++) {
    if (guest.presence.isComplete && guest.runtimes().length === 0) wasEverWrong.push(second);
    pass(1);
  }
  assert.deepEqual([wasEverWrong, guest.runtimes(), guest.presence.isComplete], [[], ["kernel"], true]);
});

test("who came back first from an outage waits for the others from then on", () => {
  const { relay, join, pass, settle } = world();
  const host = join("ada");
  host.presence.tell({ runtime: RUNTIME });
  const guest = join("bob", 0);
  pass(30);
  relay.isDown = true;
  relay.crash();
  pass(16);
  relay.isDown = false;
  guest.client.connect();
  settle();
  const wasEverWrong = [];
  for (let second = 0; second < 40; second++) {
    if (!guest.runtimes().includes("kernel")) wasEverWrong.push(second);
    pass(1);
  }
  assert.deepEqual([wasEverWrong, guest.presence.isComplete], [[], true]);
});

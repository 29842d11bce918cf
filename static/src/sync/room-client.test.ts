import assert from "node:assert/strict";
import { test } from "node:test";
import * as Y from "yjs";
import { UPDATE_PART_BYTES } from "../contracts/generated.ts";
import { FakeClock } from "./fake-clock.ts";
import { FakeRelay } from "./fake-relay.ts";
import { RoomClient } from "./room-client.ts";

function world(options: { isOnline?: () => boolean; waitingBefore?: number } = {}) {
  const relay = new FakeRelay();
  const clock = new FakeClock();
  const join = (doc = new Y.Doc()) => {
    const client = new RoomClient({
      doc,
      openSocket: () => relay.connect(),
      after: clock.after,
      chance: () => 0.5,
      isOnline: options.isOnline ?? (() => true),
      waitingBefore: options.waitingBefore,
    });
    client.connect();
    return { client, doc, text: doc.getText("t") };
  };
  /** Lets everything arrive that is under way. */
  const settle = () => {
    for (let moves = relay.moves(); moves.length > 1; moves = relay.moves()) moves.at(-1)!();
    relay.persist();
    if (relay.moves().length > 1) settle();
  };
  return { relay, clock, join, settle };
}

test("an edit is saved once the relay has it on disk, not before", () => {
  const { join, settle, relay } = world();
  const { client, text } = join();
  settle();
  assert.equal(client.isSaved, true);
  text.insert(0, "a");
  assert.deepEqual([client.isSaved, client.waiting], [false, 1]);
  relay.moves().at(-1)!();
  assert.equal(client.isSaved, false, "taken, and not written yet");
  settle();
  assert.deepEqual([client.isSaved, client.waiting, relay.kept.getText("t").toString()], [true, 0, "a"]);
});

test("a deletion is an edit too", () => {
  const { join, settle, relay } = world();
  const { client, text } = join();
  text.insert(0, "abc");
  settle();
  text.delete(0, 3);
  assert.equal(client.isSaved, false);
  settle();
  assert.deepEqual([client.isSaved, relay.kept.getText("t").toString()], [true, ""]);
});

test("a change that is larger than a message goes in several, and is one change until all of it is saved", () => {
  const { join, settle, relay } = world();
  const { client, text } = join();
  settle();
  const sent = relay.sockets[0]!.toRelay;
  text.insert(0, "x".repeat(3 * UPDATE_PART_BYTES));
  const sizes = sent.map(({ length }) => length);
  assert.ok(sizes.length > 3 && Math.max(...sizes) < UPDATE_PART_BYTES + 16, sizes.join());
  relay.moves().at(-1)!();
  relay.persist();
  relay.moves().at(-1)!();
  assert.deepEqual([client.isSaved, client.waiting], [false, 1], "one part is on disk");
  settle();
  assert.deepEqual([client.isSaved, client.waiting], [true, 0]);
  assert.equal(relay.kept.getText("t").length, 3 * UPDATE_PART_BYTES);
});

test("a large document that was written offline is sent in parts, the last of which answers the relay", () => {
  const { join, settle, relay } = world();
  const doc = new Y.Doc();
  for (let line = 0; line < 40; line++) doc.getText("t").insert(0, "y".repeat(100_000));
  const { client } = join(doc);
  const steps: number[] = [];
  const socket = relay.sockets[0]!;
  const send = socket.send.bind(socket);
  socket.send = (message) => {
    if (message[0] === 0) steps.push(message[1]!);
    send(message);
  };
  settle();
  assert.deepEqual([...new Set(steps)], [0, 2, 1]);
  assert.deepEqual([steps.at(-1), client.isSaved, relay.kept.getText("t").length], [1, true, 4_000_000]);
});

test("edits made without a connection are counted, and sent when there is one", () => {
  const { join, settle, relay, clock } = world();
  const { client, text } = join();
  settle();
  relay.isDown = true;
  relay.crash();
  text.insert(0, "a");
  text.insert(1, "b");
  assert.deepEqual([client.state, client.waiting], [{ kind: "offline" }, 2]);
  relay.isDown = false;
  clock.advance(500);
  settle();
  assert.deepEqual([client.isSaved, client.waiting, relay.kept.getText("t").toString()], [true, 0, "ab"]);
});

test("what waited when the page was closed waits until the relay confirms it", () => {
  const { join, settle } = world({ waitingBefore: 3 });
  const { client } = join();
  assert.equal(client.waiting, 3);
  settle();
  assert.equal(client.waiting, 0);
});

test("each attempt waits longer, up to a limit, and success begins anew", () => {
  const { join, settle, relay, clock } = world();
  const { client } = join();
  relay.isDown = true;
  const delays: (number | null)[] = [];
  for (let attempt = 0; attempt < 8; attempt++) {
    settle();
    assert.equal(client.state.kind, "offline");
    delays.push(clock.next);
    clock.advance(clock.next!);
  }
  assert.deepEqual(delays, [375, 750, 1500, 3000, 6000, 12000, 15000, 15000]);
  relay.isDown = false;
  settle();
  relay.crash();
  assert.equal(clock.next, 375);
});

test("without a network nothing is attempted until it is back", () => {
  let isOnline = false;
  const { join, settle, relay, clock } = world({ isOnline: () => isOnline });
  const { client } = join();
  assert.deepEqual([client.state.kind, relay.sockets.length, clock.next], ["offline", 0, null]);
  isOnline = true;
  client.connect();
  settle();
  assert.equal(client.isSaved, true);
  client.lostNetwork();
  assert.deepEqual([client.state.kind, relay.sockets.every(({ isGone }) => isGone)], ["offline", true]);
});

test("a relay that says nothing for 40 seconds is taken for gone", () => {
  const { join, settle, clock } = world();
  const { client } = join();
  settle();
  clock.advance(39_999);
  assert.equal(client.state.kind, "live");
  clock.advance(1);
  assert.equal(client.state.kind, "offline");
});

for (const [code, kind] of [
  [4400, "refused"],
  [4401, "sign_in"],
  [4403, "not_allowed"],
  [4409, "fork"],
  [4410, "deleted"],
  [4413, "refused"],
  [1009, "refused"],
  [4423, "quarantined"],
  [4426, "reload"],
  [4499, "refused"],
] as const) {
  test(`code ${code} ends it for good, and says so: ${kind}`, () => {
    const { join, settle, relay, clock } = world();
    const { client } = join();
    settle();
    relay.drop(relay.sockets[0]!, code);
    assert.equal(client.state.kind === "ended" && client.state.ending.kind, kind);
    assert.equal(clock.next, null);
  });
}

for (const code of [1000, 1001, 1006, 1011, 1012, 1013, 4303, 4503, 4507]) {
  test(`after code ${code} the client comes back`, () => {
    const { join, settle, relay, clock } = world();
    const { client } = join();
    settle();
    relay.drop(relay.sockets[0]!, code);
    clock.advance(500);
    settle();
    assert.equal(client.isSaved, true);
  });
}

test("who comes back is seen again, and who lost the relay sees nobody", () => {
  const { join, settle, relay, clock } = world();
  const one = join();
  const other = join();
  const names = () =>
    [one, other].map(({ client }) =>
      [...client.awareness.getStates().values()].map((state) => state["user"]).sort(),
    );
  one.client.awareness.setLocalState({ user: "one" });
  other.client.awareness.setLocalState({ user: "other" });
  settle();
  one.client.awareness.setLocalStateField("cell_id", "c");
  other.client.awareness.setLocalStateField("cell_id", "c");
  settle();
  assert.deepEqual(names(), [
    ["one", "other"],
    ["one", "other"],
  ]);
  relay.crash();
  assert.deepEqual(names(), [["one"], ["other"]]);
  clock.advance(500);
  settle();
  one.client.awareness.setLocalStateField("cell_id", "d");
  settle();
  assert.deepEqual(names()[1], ["one", "other"]);
});

test("a client that was closed says nothing more", () => {
  const { join, settle, relay } = world();
  const { client, text } = join();
  settle();
  client.close();
  text.insert(0, "late");
  settle();
  assert.deepEqual([client.state.kind, relay.kept.getText("t").toString()], ["closed", ""]);
  assert.throws(() => client.connect(), /was closed/);
});

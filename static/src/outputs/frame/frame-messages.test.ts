/** The door between the page and an output frame. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FRAME_PROTOCOL, readFromFrame, readFromPage } from "./frame-messages.ts";

const read = (message: object) => readFromFrame({ protocol: FRAME_PROTOCOL, ...message });

test("what the protocol names is read, and nothing beside it", () => {
  assert.deepEqual(read({ kind: "size", height: 12, extra: 1 }), { kind: "size", height: 12 });
  assert.deepEqual(read({ kind: "hello" }), { kind: "hello" });
});

test("everything else is dropped", () => {
  const bad = [
    { kind: "size", height: Number.NaN },
    { kind: "size", height: 1e9 },
    { kind: "size", height: "12" },
    { kind: "run_cell", source: "1" },
    { kind: "model", change: { what: "state", state: [1] } },
    { kind: "model", change: { what: "custom", content: 1, buffers: ["x"] } },
    { kind: "model" },
  ];
  for (const message of bad) assert.equal(read(message), null, JSON.stringify(message));
  for (const data of [null, 7, "hello", [], { kind: "hello" }]) assert.equal(readFromFrame(data), null);
  assert.equal(readFromPage({ protocol: FRAME_PROTOCOL, kind: "eval" }), null);
});

test("a long complaint is cut", () => {
  const message = read({ kind: "failed", message: "x".repeat(100_000) });
  assert.equal(message?.kind === "failed" && message.message.length, 4000);
});

test("keys that reach into prototypes pollute nothing", () => {
  read({ kind: "model", change: JSON.parse('{"what":"state","state":{"__proto__":{"polluted":1}}}') });
  assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
});

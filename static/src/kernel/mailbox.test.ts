import assert from "node:assert/strict";
import { test } from "node:test";
import { type Answer, CONTROL, CONTROL_BYTES, MailboxReader, MailboxWriter } from "./mailbox.ts";

const SMALL_BOX_BYTES = 4 + 16;

function mailbox(bytes = SMALL_BOX_BYTES) {
  const control = new Int32Array(new SharedArrayBuffer(CONTROL_BYTES));
  const memory = new SharedArrayBuffer(bytes);
  let pieces = 0;
  const writer = new MailboxWriter(control, memory, () => pieces++);
  const reader = new MailboxReader(memory, () => writer.fill());
  const takeAll = (): Answer[] => {
    const taken: Answer[] = [];
    for (let seen = -1; seen < pieces; ) {
      seen = pieces;
      const answer = reader.take();
      if (answer) taken.push(answer);
    }
    return taken;
  };
  return { control, writer, reader, takeAll, pieces: () => pieces };
}

const line = (value: string | null): Answer => ({ kind: "answer_input", input_id: "a/input-1", value });

test("an answer longer than the box arrives whole, piece by piece", () => {
  const { writer, takeAll, pieces } = mailbox();
  writer.send(line("größer als die Kiste 😀".repeat(10)));
  assert.deepEqual(takeAll(), [line("größer als die Kiste 😀".repeat(10))]);
  assert.ok(pieces() > 10);
});

test("the body of an HTTP answer keeps its bytes", () => {
  const { writer, takeAll } = mailbox();
  const body = Uint8Array.from({ length: 1000 }, (_, i) => i % 256);
  const answer: Answer = {
    kind: "answer_http",
    request_id: "http-1",
    status: 200,
    reason: "OK",
    url: "https://example.org/",
    headers: [["a", "b"]],
    body,
  };
  writer.send(answer);
  assert.deepEqual(takeAll(), [answer]);
});

test("answers sent at once arrive one after the other", () => {
  const { writer, takeAll } = mailbox();
  writer.send(line("one"));
  writer.send(line(null));
  assert.deepEqual(takeAll(), [line("one"), line(null)]);
});

test("an empty box gives nothing, and each piece rings", () => {
  const { control, writer, reader } = mailbox(4 + 1000);
  assert.equal(reader.take(), null);
  writer.send(line("x"));
  assert.equal(Atomics.load(control, CONTROL.bell), 1);
});

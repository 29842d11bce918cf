import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeLine, encodeLine } from "./json-lines.ts";
import { LineReader } from "./line-reader.ts";

test("bytes travel as base64, there and back, large ones too", () => {
  const body = Uint8Array.from({ length: 100_000 }, (_, i) => i % 256);
  const line = encodeLine({ kind: "file_read", request_id: "1", body });
  assert.equal(JSON.parse(line).body.length, 133_336);
  assert.deepEqual(decodeLine(line), { kind: "file_read", request_id: "1", body });
});

test("a comm's buffers are bytes each, and a null body stays null", () => {
  const comm = { kind: "comm_msg", buffers: [new Uint8Array([1]), new Uint8Array([2, 3])] };
  assert.deepEqual(decodeLine(encodeLine(comm)), comm);
  assert.deepEqual(decodeLine('{"kind":"file_changed","body":null}'), { kind: "file_changed", body: null });
});

test("user data that is called body inside a message is left alone", () => {
  const message = { kind: "display_data", data: { body: "text" } };
  assert.deepEqual(decodeLine(encodeLine(message)), message);
});

test("lines are found however the bytes are cut, inside a character too", () => {
  const lines: string[] = [];
  const reader = new LineReader((line) => lines.push(line));
  for (const byte of new TextEncoder().encode('{"a":"é"}\n\n{"b":1}\npart'))
    reader.push(new Uint8Array([byte]));
  assert.deepEqual(lines, ['{"a":"é"}', '{"b":1}']);
});

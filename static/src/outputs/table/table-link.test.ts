/** Requests to the kernel that holds a table. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeTableChannel } from "./fake-table-channel.ts";
import { TableGone, TableLink, TableRefused } from "./table-link.ts";

function linked() {
  const channel = new FakeTableChannel();
  const life = new AbortController();
  let timesGone = 0;
  const link = new TableLink(channel, "t1", () => timesGone++, life.signal);
  return { channel, life, link, timesGone: () => timesGone };
}

const window = { kind: "table_window", request_id: "1", offset: 0, rows: [[1]], total: 1 };

test("the comm is opened for the table, and a window answers the request it names", async () => {
  const { channel, link } = linked();
  const asked = link.ask({ kind: "ask_window", offset: 0, limit: 10 });
  assert.deepEqual(channel.sent[0], {
    kind: "comm_open",
    comm_id: channel.commId,
    target_name: "wasm_runtime.table",
    data: { table_id: "t1" },
    metadata: null,
    buffers: [],
  });
  assert.deepEqual(channel.requests, [{ kind: "ask_window", offset: 0, limit: 10, request_id: "1" }]);
  channel.answer({ ...window, request_id: "99" });
  channel.answer(window);
  assert.deepEqual((await asked).rows, [[1]]);
});

test("a refusal is an error with the kernel's words", async () => {
  const { channel, link } = linked();
  const asked = link.ask({ kind: "ask_profile", column: 0 });
  channel.answer({ kind: "table_refusal", request_id: "1", message: "No such column.", hint: "Look again." });
  await assert.rejects(asked, (error: TableRefused) => error.hint === "Look again.");
});

test("an export gives the file's name and its bytes", async () => {
  const { channel, link } = linked();
  const asked = link.export({ kind: "ask_export", format: "csv" });
  channel.answer({ kind: "table_export", request_id: "1", file_name: "t.csv" }, [new Uint8Array([97])]);
  assert.deepEqual(await asked, { name: "t.csv", body: new Uint8Array([97]) });
});

test("an answer that does not fit the contract fails what was asked, and says where", async () => {
  const { channel, link } = linked();
  const asked = link.ask({ kind: "ask_window", offset: 0, limit: 10 });
  channel.answer({ ...window, rows: "none" });
  await assert.rejects(asked, /could not be read: TableWindow\.rows|rows: expected a list/);
});

test("an answer of another kind is refused", async () => {
  const { channel, link } = linked();
  const asked = link.ask({ kind: "ask_profile", column: 0 });
  channel.answer(window);
  await assert.rejects(asked, TableRefused);
});

for (const [how, end] of [
  ["closes its end", (channel: FakeTableChannel) => channel.close()],
  ["starts anew", (channel: FakeTableChannel) => channel.become("starting")],
] as const) {
  test(`once the kernel ${how}, what was asked fails and nothing more is sent`, async () => {
    const { channel, link, timesGone } = linked();
    const asked = link.ask({ kind: "ask_window", offset: 0, limit: 10 });
    end(channel);
    await assert.rejects(asked, TableGone);
    await assert.rejects(link.ask({ kind: "ask_window", offset: 0, limit: 10 }), TableGone);
    assert.deepEqual([channel.requests.length, link.isOpen, timesGone()], [1, false, 1]);
  });
}

test("a busy kernel keeps the comm", () => {
  const { channel, link } = linked();
  channel.become("busy");
  assert.equal(link.isOpen, true);
});

test("when the output goes, the kernel is told, and nobody is told that the kernel went", () => {
  const { channel, life, timesGone } = linked();
  life.abort();
  assert.deepEqual([channel.sent.at(-1)!.kind, timesGone()], ["comm_close", 0]);
});

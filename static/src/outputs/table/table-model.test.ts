/** What a table says while its kernel has something else to do. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { TableOutput } from "../../contracts/generated.ts";
import { FakeTableChannel } from "./fake-table-channel.ts";
import { TableModel } from "./table-model.ts";

const TABLE: TableOutput = {
  table_id: "numbers",
  columns: [{ name: "n", kind: "integer", type: "int64" }],
  rows: 1000,
  preview: Array.from({ length: 100 }, (_, index) => [index]),
};

function shown(t: TestContext, kind = "idle") {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const channel = new FakeTableChannel();
  channel.become(kind);
  const model = new TableModel(TABLE, channel);
  const said: string[] = [];
  model.listen(() => said.push(model.busyWords));
  const scroll = (first: number) => {
    model.pages.want(first, first + 20);
    t.mock.timers.tick(1000);
  };
  const answer = async () => {
    const { offset, limit, request_id } = channel.requests.at(-1) as Record<string, number>;
    const rows = Array.from({ length: limit! }, (_, index) => [offset! + index]);
    channel.answer({
      kind: "table_window",
      request_id: String(request_id),
      offset: offset!,
      rows,
      total: 1000,
    });
    await new Promise(setImmediate);
  };
  return { model, channel, said, scroll, answer };
}

const WORDS = "Python is running a cell: what is missing here comes when that is done.";

test("rows that wait for a running cell are explained, and come when it is done", async (t) => {
  const { model, channel, said, scroll, answer } = shown(t);
  channel.become("busy");
  assert.equal(model.busyWords, "", "nothing is missing yet");
  scroll(500);
  assert.equal(said.at(-1), WORDS);
  channel.become("idle");
  assert.equal(said.at(-1), "");
  await answer();
  assert.deepEqual([model.pages.row(500), model.busyWords], [[500], ""]);
});

test("a table that a cell shows while it goes on knows that the kernel is busy", (t) => {
  const { model, scroll } = shown(t, "busy");
  scroll(500);
  assert.equal(model.busyWords, WORDS);
});

test("a cell that awaits lets the kernel answer, and nothing is said then", async (t) => {
  const { model, scroll, answer } = shown(t, "busy");
  scroll(500);
  await answer();
  assert.equal(model.busyWords, "");
});

test("a table sorted meanwhile says why it is empty", (t) => {
  const { model } = shown(t, "busy");
  model.setSort(0, { column: 0, descending: true });
  assert.equal(model.emptyWords, WORDS);
});

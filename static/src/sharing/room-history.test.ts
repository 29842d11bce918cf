import assert from "node:assert/strict";
import { test } from "node:test";
import * as Y from "yjs";
import type { HistoryEntry } from "../contracts/generated.ts";
import { NotebookDocument } from "../document/notebook.ts";
import { RoomHistory } from "./room-history.ts";

const ENTRY: HistoryEntry = {
  first: 1,
  last: 3,
  started_at: 100,
  ended_at: 160,
  authors: ["ada"],
  is_thinned: false,
};

function historyOf(answers: Record<string, () => Response>) {
  const asked: string[] = [];
  const get = async (path: string) => {
    asked.push(path);
    return answers[path]!();
  };
  return { history: new RoomHistory("doc", get), asked };
}

const entries = (...all: HistoryEntry[]) => ({
  "rooms/doc/history": () => Response.json({ entries: all }),
});

test("each edit that is kept is a point", async () => {
  const { history } = historyOf(entries(ENTRY));
  assert.deepEqual(
    (await history.points()).map(({ sequence }) => sequence),
    [1, 2, 3],
  );
});

test("of a long stretch there are as many points as a slider has room for, its end among them", async () => {
  const { history } = historyOf(entries({ ...ENTRY, last: 1000 }));
  const sequences = (await history.points()).map(({ sequence }) => sequence);
  assert.equal(sequences.length, 20);
  assert.equal(sequences.at(-1), 1000);
});

test("of a thinned stretch only the end can be read", async () => {
  const { history } = historyOf(entries({ ...ENTRY, is_thinned: true }, { ...ENTRY, first: 4, last: 4 }));
  assert.deepEqual(
    (await history.points()).map(({ sequence }) => sequence),
    [3, 4],
  );
});

test("a state is read once, and again after it failed", async () => {
  const notebook = NotebookDocument.create();
  const body = Y.encodeStateAsUpdate(notebook.doc) as Uint8Array<ArrayBuffer>;
  const answers = [() => Promise.reject(new TypeError("offline")), async () => new Response(body)];
  let asked = 0;
  const history = new RoomHistory("doc", () => answers[Math.min(asked++, 1)]!());
  await assert.rejects(history.stateAt(3), TypeError);
  assert.equal((await history.stateAt(3)).id, notebook.id);
  await history.stateAt(3);
  assert.equal(asked, 2);
});

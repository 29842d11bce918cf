import assert from "node:assert/strict";
import { test } from "node:test";
import * as Y from "yjs";
import { Comments, type Thread } from "./comments.ts";

const ada = { id: "ada", name: "Ada", color: "#2f5fd0" };
const bob = { id: "bob", name: "Bob", color: "#b3261e" };

function world() {
  const doc = new Y.Doc();
  let now = 100;
  const comments = new Comments(doc, () => now++);
  const shown = () =>
    comments.threads().map(({ cellId, isResolved, comments: said }) => ({
      cellId,
      isResolved,
      said: said.map(({ author, text }) => `${author.name}: ${text}`),
    }));
  return { doc, comments, shown, thread: (at = 0) => comments.threads()[at] as Thread };
}

test("a comment begins a thread, and replies follow in their order", () => {
  const { comments, shown, thread } = world();
  comments.begin("a", ada, "Why?");
  comments.begin("b", bob, "Another");
  comments.reply(thread(), bob, "Because.");
  assert.deepEqual(shown(), [
    { cellId: "a", isResolved: false, said: ["Ada: Why?", "Bob: Because."] },
    { cellId: "b", isResolved: false, said: ["Bob: Another"] },
  ]);
});

test("a thread is resolved and opened again", () => {
  const { comments, shown, thread } = world();
  comments.begin("a", ada, "Why?");
  comments.setResolved(thread(), true);
  assert.equal(shown()[0]?.isResolved, true);
  comments.setResolved(thread(), false);
  assert.equal(shown()[0]?.isResolved, false);
});

test("a deleted thread is gone with its replies", () => {
  const { comments, shown, thread } = world();
  comments.begin("a", ada, "Why?");
  comments.reply(thread(), bob, "Because.");
  comments.remove(thread());
  assert.deepEqual(shown(), []);
});

test("what is no comment, or would bring style rules in a colour, is left out", () => {
  const { doc, comments, shown } = world();
  comments.begin("a", ada, "Why?");
  const root = doc.getMap("comments");
  root.set("number", 1);
  root.set("empty", new Y.Map());
  comments.begin("a", { ...bob, color: "red; background: url(//evil.example)" }, "Look");
  assert.equal(shown().length, 1);
});

test("who listens hears of every comment until the signal", () => {
  const { comments, thread } = world();
  const life = new AbortController();
  let heard = 0;
  comments.observe(() => heard++, life.signal);
  comments.begin("a", ada, "Why?");
  comments.setResolved(thread(), true);
  life.abort();
  comments.begin("a", ada, "Late");
  assert.equal(heard, 2);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { KernelLink, LinkListener, OpenKernelLink } from "./kernel-link.ts";
import { openedAhead } from "./opened-ahead.ts";

interface Opened {
  listener: LinkListener;
  signal: AbortSignal;
  answer: PromiseWithResolvers<KernelLink>;
}

const LINK: KernelLink = {
  isolated: true,
  post: () => undefined,
  prove: () => undefined,
  interrupt: () => undefined,
  close: () => undefined,
};

function setUp() {
  const opened: Opened[] = [];
  const open: OpenKernelLink = (listener, signal) => {
    const answer = Promise.withResolvers<KernelLink>();
    opened.push({ listener, signal, answer });
    return answer.promise;
  };
  const heard: unknown[] = [];
  const listener: LinkListener = {
    onMessage: (message) => heard.push(message),
    onFailure: (reason) => heard.push(reason),
  };
  return { open: openedAhead(open), opened, heard, listener };
}

test("it is under way before anybody asks, and the first who asks gets it", async () => {
  const { open, opened, heard, listener } = setUp();
  assert.equal(opened.length, 1);
  const asked = open(listener, new AbortController().signal);
  opened[0]!.answer.resolve(LINK);
  assert.equal(await asked, LINK);
  assert.equal(opened.length, 1);
  opened[0]!.listener.onMessage("hello");
  assert.deepEqual(heard, ["hello"]);
});

test("the second who asks gets one of their own", () => {
  const { open, opened, listener } = setUp();
  void open(listener, new AbortController().signal);
  void open(listener, new AbortController().signal);
  assert.equal(opened.length, 2);
});

test("who gives up what was opened ahead ends it", () => {
  const { open, opened, listener } = setUp();
  const patience = new AbortController();
  void open(listener, patience.signal);
  patience.abort();
  assert.equal(opened[0]!.signal.aborted, true);
});

test("what could not be opened ahead is tried again when it is asked for", async () => {
  const { open, opened, listener } = setUp();
  opened[0]!.answer.reject(new Error("no connection"));
  await new Promise(setImmediate);
  const asked = open(listener, new AbortController().signal);
  opened[1]!.answer.resolve(LINK);
  assert.equal(await asked, LINK);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { AwarenessState, User } from "../contracts/generated.ts";
import type { Presence } from "../document/presence.ts";
import { PagePresence } from "./page-presence.ts";

class Somewhere extends EventTarget implements Presence {
  readonly user: User;
  readonly others = new Map<string, AwarenessState>();
  readonly told: object[] = [];
  readonly settled: Promise<void> = Promise.resolve();
  isComplete = true;

  constructor(name: string) {
    super();
    this.user = { id: name, name, color: "#000000" };
  }

  tell(change: object): void {
    this.told.push(change);
  }
}

const state = (name: string): AwarenessState => ({ user: { id: name, name, color: "#000000" } });

test("a private notebook knows the tabs only", async () => {
  const tabs = new Somewhere("tab");
  tabs.others.set("t", state("tab"));
  const page = new PagePresence(tabs, false);
  await page.settled;
  assert.deepEqual([page.isComplete, [...page.others.keys()], page.user.id], [true, ["t"], "tab"]);
});

test("a shared one is not complete before its room is", async () => {
  const page = new PagePresence(new Somewhere("tab"), true);
  assert.equal(page.isComplete, false);
  const room = new Somewhere("room");
  room.others.set("r", state("other"));
  page.join(room);
  await page.settled;
  assert.deepEqual([page.isComplete, [...page.others.keys()], page.user.id], [true, ["r"], "room"]);
});

test("a room hears what was told before it was joined, and all that comes", () => {
  const tabs = new Somewhere("tab");
  const page = new PagePresence(tabs, false);
  page.tell({ cell_id: "a" });
  const room = new Somewhere("room");
  page.join(room);
  page.tell({ cell_id: "b" });
  assert.deepEqual([tabs.told.length, room.told], [2, [{ cell_id: "a" }, { cell_id: "b" }]]);
});

test("a change of either is told", () => {
  const [tabs, room] = [new Somewhere("tab"), new Somewhere("room")];
  const page = new PagePresence(tabs, false);
  let heard = 0;
  page.addEventListener("change", () => heard++);
  tabs.dispatchEvent(new Event("change"));
  page.join(room);
  room.dispatchEvent(new Event("change"));
  assert.equal(heard, 3);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Runtime } from "../contracts/generated.ts";
import { runtimesOf } from "../document/presence.ts";
import { TabPresence } from "./tab-presence.ts";

const runtime = (id: string): Runtime => ({ id, kind: "browser", user_id: "ada", name: "" });
const user = { id: "ada", name: "Ada", color: "#000000" };

function open(id: string, notebook = "n"): TabPresence {
  const tab = new TabPresence(notebook, user);
  tab.tell({ runtime: runtime(id) });
  return tab;
}

/** Resolves when `tab` sees exactly these runtimes. */
function sees(tab: TabPresence, ...ids: string[]): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      const seen = runtimesOf(tab).map(({ id }) => id);
      if (tab.isComplete && seen.toSorted().join() === ids.join()) resolve();
    };
    tab.addEventListener("change", look);
    look();
  });
}

test("a tab that comes knows those who are there as soon as it is settled", async () => {
  const first = open("1");
  await sees(first);
  const second = open("2");
  assert.equal(second.isComplete, false);
  await second.settled;
  assert.deepEqual(runtimesOf(second), [runtime("1")]);
  await sees(first, "2");
  for (const tab of [first, second]) tab.close();
});

test("a tab that goes is gone for the others", async () => {
  const tabs = [open("1", "m"), open("2", "m"), open("3", "m")] as const;
  await sees(tabs[0], "2", "3");
  tabs[1].close();
  await Promise.all([sees(tabs[0], "3"), sees(tabs[2], "1")]);
  tabs[0].close();
  await sees(tabs[2]);
  tabs[2].close();
});

test("tabs of another notebook are not there", async () => {
  const here = open("1", "x");
  const there = open("2", "y");
  await Promise.all([sees(here), sees(there)]);
  for (const tab of [here, there]) tab.close();
});

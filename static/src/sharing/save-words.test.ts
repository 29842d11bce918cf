import assert from "node:assert/strict";
import { test } from "node:test";
import type { SaveState } from "../session/session-parts.ts";
import { endingOf } from "../sync/close-reasons.ts";
import type { RoomState } from "../sync/room-state.ts";
import { saveWords } from "./save-words.ts";

const live = (isSaved: boolean): RoomState => ({ kind: "live", isSaved });
const offline: RoomState = { kind: "offline" };
const refused: RoomState = { kind: "ended", ending: endingOf(4403)! };

for (const [here, room, waiting, expected] of [
  ["saved", live(true), 0, "Saved on the server"],
  ["saving", live(true), 0, "Saving…"],
  ["saved", live(false), 1, "Saving…"],
  ["failed", live(true), 0, "Saved on the server"],
  ["failed", live(false), 1, "Not saved"],
  ["not_kept", offline, 1, "Not kept"],
  ["saved", offline, 0, "Offline"],
  ["saved", offline, 1, "1 change waits"],
  ["saved", offline, 12, "12 changes waiting"],
  ["saved", { kind: "connecting" }, 0, "Connecting…"],
  ["saved", { kind: "connecting" }, 2, "2 changes waiting"],
  ["saved", refused, 0, "Not connected"],
  ["saved", refused, 3, "3 changes waiting"],
] as [SaveState, RoomState, number, string][]) {
  test(`${here} here, room ${JSON.stringify(room).slice(0, 40)}, ${waiting} waiting: ${expected}`, () => {
    assert.equal(saveWords(here, room, waiting).words, expected);
  });
}

test("a screen reader hears what lasts, not every change", () => {
  const spoken = [1, 2, 3].map((waiting) => saveWords("saved", offline, waiting).spoken);
  assert.deepEqual(new Set(spoken).size, 1);
  assert.equal(saveWords("saved", live(false), 1).spoken, null);
});

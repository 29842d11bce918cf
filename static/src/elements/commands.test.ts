import assert from "node:assert/strict";
import { test } from "node:test";
import { COMMANDS, type Command, keymapOf } from "./commands.ts";
import { chordsOf, KeySequence, readableKeys } from "./key-sequence.ts";

const press = (key: string, more: Partial<KeyboardEvent> = {}) => ({
  key,
  code: "",
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...more,
});

test("no chord means two commands in one mode", () => {
  for (const mode of ["keys", "editKeys"] as const) {
    const chords = COMMANDS.flatMap((command: Command) => command[mode] ?? []);
    assert.deepEqual(chords, [...new Set(chords)]);
  }
});

test("no chord is also the beginning of a sequence", () => {
  const chords = [...keymapOf("command").keys()];
  const beginnings = chords.filter((chord) => chord.includes(" ")).map((chord) => chord.split(" ")[0]);
  assert.deepEqual(
    chords.filter((chord) => beginnings.includes(chord)),
    [],
  );
});

test("every key of the Jupyter keyboard model has its command", () => {
  const keymap = keymapOf("command");
  const wanted =
    "Enter a b x c v Shift-v z Shift-z m y r 1 2 3 4 5 6 j k ArrowUp ArrowDown Shift-ArrowUp Shift-ArrowDown Shift-m " +
    "o Shift-o l Shift-l Shift-Enter Ctrl-Enter Alt-Enter Mod-s Mod-f p Mod-Shift-c h";
  assert.deepEqual(
    wanted.split(" ").filter((chord) => !keymap.has(chord)),
    [],
  );
  assert.deepEqual([keymap.get("d d"), keymap.get("i i"), keymap.get("0 0")], ["delete", "stop", "restart"]);
});

test("d pressed twice deletes, and once only waits", () => {
  const keys = new KeySequence(keymapOf("command"), () => 0);
  assert.equal(keys.press(press("d"), false), "pending");
  assert.equal(keys.press(press("d"), false), "delete");
});

test("a key between the two of a sequence means itself", () => {
  const keys = new KeySequence(keymapOf("command"), () => 0);
  keys.press(press("d"), false);
  assert.equal(keys.press(press("a"), false), "insert-above");
  assert.equal(keys.press(press("d"), false), "pending");
});

test("a sequence that takes too long begins anew", () => {
  let now = 0;
  const keys = new KeySequence(keymapOf("command"), () => now);
  keys.press(press("i"), false);
  now = 5000;
  assert.equal(keys.press(press("i"), false), "pending");
});

test("Command is Mod on a Mac, and Control elsewhere", () => {
  assert.deepEqual(chordsOf(press("s", { metaKey: true }), true), ["Mod-s"]);
  assert.deepEqual(chordsOf(press("s", { ctrlKey: true }), false), ["Ctrl-s", "Mod-s"]);
  assert.deepEqual(chordsOf(press("s", { metaKey: true }), false), []);
});

test("Shift changes the sign but not the name of minus", () => {
  const split = press("_", { code: "Minus", ctrlKey: true, shiftKey: true });
  assert.equal(chordsOf(split, false)[0], "Ctrl-Shift-Minus");
});

test("chords read as they are printed on keys", () => {
  assert.deepEqual(readableKeys("Mod-Shift-c", false), [["Ctrl", "Shift", "C"]]);
  assert.deepEqual(readableKeys("d d", true), [["D"], ["D"]]);
});

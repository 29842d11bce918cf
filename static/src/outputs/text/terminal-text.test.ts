/** Terminal text: what control characters do to lines, and that growing text changes only its end. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { applySgr, PLAIN, paletteColour } from "./sgr.ts";
import { TerminalText } from "./terminal-text.ts";

function shown(...versions: string[]): string[] {
  const terminal = new TerminalText();
  for (const raw of versions) terminal.set(raw);
  return terminal.lines.map(({ text }) => text);
}

test("a carriage return writes over the line, and what is longer stays", () => {
  assert.deepEqual(shown("  0%|   |\r 50%|█  |\r100%|███|\ndone"), ["100%|███|", "done"]);
  assert.deepEqual(shown("long line\rshort"), ["shortline"]);
});

test("a backspace moves back without erasing", () => {
  assert.deepEqual(shown("abc\b\bX"), ["aXc"]);
  assert.deepEqual(shown("\b\bx"), ["x"]);
});

test("erasing to the end of the line takes the rest away", () => {
  assert.deepEqual(shown("working...\r\u001b[Kdone"), ["done"]);
  assert.deepEqual(shown("abc\u001b[2K\rx"), ["x  "]);
});

test("moving up rewrites an earlier line, as nested progress bars do", () => {
  assert.deepEqual(shown("outer 1\ninner 1\u001b[A\router 2\n\rinner 2"), ["outer 2", "inner 2"]);
});

test("colours become spans, and text written over them takes theirs away", () => {
  const terminal = new TerminalText();
  terminal.set("\u001b[31mred\u001b[0m plain\rRE");
  const [line] = terminal.lines;
  assert.equal(line!.text, "REd plain");
  assert.deepEqual(
    line!.spans.map(({ start, end, style }) => [start, end, style.foreground]),
    [[2, 3, 1]],
  );
});

test("text that grew changes only the lines from where it grew", () => {
  const terminal = new TerminalText();
  terminal.set("one\ntwo");
  assert.equal(terminal.set("one\ntwo and more\nthree"), 1);
});

test("text that differs at its end is written again from the line that differs, with the colours it had", () => {
  const terminal = new TerminalText();
  terminal.set("\u001b[32mone\ntwo 10%");
  assert.equal(terminal.set("\u001b[32mone\ntwo 20%\nthree"), 1);
  assert.deepEqual(
    terminal.lines.map(({ text }) => text),
    ["one", "two 20%", "three"],
  );
  assert.equal(terminal.lines[1]!.spans[0]!.style.foreground, 2);
});

test("an escape sequence cut in two by a chunk is read once it is whole", () => {
  assert.deepEqual(shown("a\u001b[3"), ["a"]);
  assert.deepEqual(shown("a\u001b[3", "a\u001b[31mb"), ["ab"]);
});

test("any text in any chunks ends as it would whole", () => {
  const pieces = ["ab", "\n", "\r", "\b", "\u001b[31m", "\u001b[0m", "\u001b[K", "\u001b[A", "é漢"];
  let seed = 7;
  const next = (below: number) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return Math.floor((seed / 2147483648) * below);
  };
  for (let round = 0; round < 200; round++) {
    const raw = Array.from({ length: 30 }, () => pieces[next(pieces.length)]).join("");
    const cuts = Array.from({ length: 4 }, () => next(raw.length)).sort((a, b) => a - b);
    assert.deepEqual(shown(...cuts.map((cut) => raw.slice(0, cut)), raw), shown(raw), JSON.stringify(raw));
  }
});

test("256 and true colours are numbers, never text", () => {
  assert.deepEqual(paletteColour(196), [255, 0, 0]);
  assert.deepEqual(paletteColour(244), [128, 128, 128]);
  assert.deepEqual(applySgr(PLAIN, "38;2;300;-1;7").foreground, [255, 0, 7]);
  assert.deepEqual(applySgr(PLAIN, "1;38;5;9;44"), { foreground: 9, background: 4, flags: ["bold"] });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { toCodePoints, toUtf16 } from "./cursor.ts";

test("positions behind an emoji differ by one", () => {
  assert.equal(toCodePoints("🐍x.y", 3), 2);
  assert.equal(toUtf16("🐍x.y", 2), 3);
});

test("a position inside a surrogate pair counts as before it", () => {
  assert.equal(toCodePoints("a🐍", 2), 1);
});

test("positions past the end are the end", () => {
  assert.equal(toCodePoints("é", 9), 1);
  assert.equal(toUtf16("🐍", 9), 2);
});

test("every code point's position survives the way there and back", () => {
  const text = "a🐍é\u{1F9EA}\n漢";
  for (let point = 0; point <= [...text].length; point++) {
    assert.equal(toCodePoints(text, toUtf16(text, point)), point);
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { type FindQuery, findMatches, matchAfter, replacementFor } from "./find.ts";

const CELLS = [
  { id: "a", source: "total = Total(1)" },
  { id: "b", source: "subtotal + total" },
];
const query = (text: string, more: Partial<FindQuery> = {}): FindQuery => ({
  text,
  caseSensitive: false,
  regex: false,
  wholeWord: false,
  ...more,
});
const places = (asked: FindQuery) =>
  findMatches(CELLS, asked).matches.map(({ cellId, from }) => `${cellId}${from}`);

test("matches are found in all cells, in order", () => {
  assert.deepEqual(places(query("total")), ["a0", "a8", "b3", "b11"]);
});

test("case and whole words narrow what is found", () => {
  assert.deepEqual(places(query("Total", { caseSensitive: true })), ["a8"]);
  assert.deepEqual(places(query("total", { wholeWord: true })), ["a0", "a8", "b11"]);
});

test("signs of the pattern language are plain text unless it is a pattern", () => {
  assert.deepEqual(places(query("(1)")), ["a13"]);
  assert.deepEqual(places(query("\\(\\d\\)", { regex: true })), ["a13"]);
});

test("a pattern that is none is explained and finds nothing", () => {
  const { matches, error } = findMatches(CELLS, query("(", { regex: true }));
  assert.deepEqual(matches, []);
  assert.match(error, /^Not a valid pattern: /);
});

test("a pattern that matches nothing long does not run for ever", () => {
  assert.deepEqual(places(query("x*", { regex: true })), []);
});

test("groups of a pattern can be used in the replacement", () => {
  const asked = query("(\\w+) = (\\w+)", { regex: true });
  const [match] = findMatches(CELLS, asked).matches;
  assert.equal(replacementFor(CELLS[0]!.source, match!, asked, "$2 = $1"), "Total = total");
});

test("dollar signs in a plain replacement stay", () => {
  const asked = query("total");
  const [match] = findMatches(CELLS, asked).matches;
  assert.equal(replacementFor(CELLS[0]!.source, match!, asked, "$1"), "$1");
});

test("searching on from a place wraps to the first match", () => {
  const { matches } = findMatches(CELLS, query("total"));
  assert.equal(matchAfter(matches, ["a", "b"], "a", 5), 1);
  assert.equal(matchAfter(matches, ["a", "b"], "b", 12), 0);
});

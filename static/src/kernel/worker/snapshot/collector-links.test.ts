import assert from "node:assert/strict";
import { test } from "node:test";
import { packLinks, unpackLinks } from "./collector-links.ts";

const HEAP_BASE = 64;
const HEAD = 16;

/** A memory with a list of objects whose links are at `places`, in this order, and flags in some of them. */
function memoryWith(places: number[]): Uint32Array {
  const words = new Uint32Array(128);
  const ring = [HEAD, ...places];
  ring.forEach((at, index) => {
    const next = ring[(index + 1) % ring.length] as number;
    words[at / 4] = next | (index % 2);
    words[next / 4 + 1] = at | (index % 3);
  });
  return words;
}

/** The addresses from the head on, forwards and backwards, without flags. */
function walk(words: Uint32Array): [number[], number[]] {
  const follow = (offset: number): number[] => {
    const seen: number[] = [];
    for (let at = HEAD; seen.at(-1) !== HEAD; seen.push(at)) at = (words[at / 4 + offset] as number) & ~3;
    return seen;
  };
  return [follow(0), follow(1)];
}

const flags = (words: Uint32Array, places: number[]) =>
  [HEAD, ...places].map((at) => [0, 1].map((offset) => (words[at / 4 + offset] as number) & 3));

test("a list comes back in the order of addresses, with the flags that it had", () => {
  const places = [200, 80, 400, 120];
  const words = memoryWith(places);
  const before = flags(words, places);
  assert.equal(packLinks(words, 80 + 8, HEAP_BASE), HEAD);
  assert.deepEqual(
    places.map((at) => (words[at / 4] as number) & ~3),
    [200, 40, 0, 80],
  );
  unpackLinks(words, HEAD);
  assert.deepEqual(walk(words), [
    [80, 120, 200, 400, HEAD],
    [400, 200, 120, 80, HEAD],
  ]);
  assert.deepEqual(flags(words, places), before);
});

test("what is no such list is left as it is", () => {
  const torn = memoryWith([80, 120]);
  torn[120 / 4 + 1] = 0;
  const before = torn.slice();
  assert.equal(packLinks(torn, 80 + 8, HEAP_BASE), 0);
  assert.deepEqual(torn, before);
  assert.equal(packLinks(memoryWith([80, 120]), 80 + 8, HEAD), 0, "a head among the objects");
  assert.equal(packLinks(memoryWith([32, 120]), 120 + 8, HEAP_BASE), 0, "an object that is not in the heap");
});

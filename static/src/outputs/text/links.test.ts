/** Links in printed text. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { findCellLinks, findWebLinks } from "./links.ts";

const addresses = (text: string) => findWebLinks(text).map((link) => text.slice(link.start, link.end));

test("an address ends before the punctuation of its sentence", () => {
  assert.deepEqual(addresses("see https://a.org/b, or (http://c.org/d_(e))."), [
    "https://a.org/b",
    "http://c.org/d_(e)",
  ]);
});

test("only web addresses are links", () => {
  assert.deepEqual(addresses("javascript:alert(1) file:///etc/passwd data:text/html,x"), []);
});

test("a traceback's cell and line are found in IPython's ways of writing them", () => {
  const places = ["Cell In[3], line 2", "File In [12]:4", "Cell In[7], line 10, in f(x)"].map(
    (text) => findCellLinks(text)[0],
  );
  assert.deepEqual(
    places.map((place) => place?.kind === "cell" && [place.cellHint, place.line]),
    [
      [3, 2],
      [12, 4],
      [7, 10],
    ],
  );
});

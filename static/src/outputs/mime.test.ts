/** Which representation of an output is shown. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { shownParts, textOf } from "./mime.ts";

const best = (...mimes: string[]) =>
  shownParts(Object.fromEntries(mimes.map((mime) => [mime, "x"])))[0]?.renderer;

test("the richest representation comes first, whatever the order in the bundle", () => {
  assert.equal(best("text/plain", "text/html"), "html");
  assert.equal(best("text/plain", "image/png", "application/vnd.plotly.v1+json"), "plotly");
  assert.equal(best("text/html", "application/vnd.vegalite.v5.8+json"), "vega");
  assert.equal(best("text/plain", "application/vnd.jupyter.widget-view+json"), "widget");
  assert.equal(best("image/png", "image/svg+xml"), "svg");
  assert.equal(best("text/plain", "text/latex"), "latex");
});

test("an unknown JSON type is a tree only when there is no plain text", () => {
  assert.equal(best("application/vnd.example+json"), "json");
  assert.equal(best("application/vnd.example+json", "text/plain"), "text");
});

test("a bundle that nothing can show has no parts", () => {
  assert.deepEqual(shownParts({ "application/x-unknown": "x", "text/html": null }), []);
});

test("multi-line strings are joined", () => {
  assert.equal(textOf(["a\n", "b"]), "a\nb");
});

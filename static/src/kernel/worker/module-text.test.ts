import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { evaluateModule } from "./module-text.ts";

test("a module's exports are those that its last statement names", () => {
  const source =
    "const here = import.meta.url; const a = 1, b = 2;\nexport{a as first,b,here};\n//# source\n";
  assert.deepEqual(evaluateModule(source), {
    first: 1,
    b: 2,
    here: "https://runtime.invalid/module.mjs",
  });
  assert.deepEqual(evaluateModule("const only = 3; export default only;\n"), { default: 3 });
});

test("it runs strictly, as modules do, and leaves no global", () => {
  const source = "const self = (function () { return this; })(); var left = 1; export { self };";
  assert.deepEqual(evaluateModule(source), { self: undefined });
  assert.equal("left" in globalThis, false);
});

test("a module that is one function is that function, and what only looks so is evaluated as well", () => {
  const one = evaluateModule("async function make() { return 7; }\nexport default make;\n");
  assert.match(String(one?.["default"]), /^async function make/);
  const two = "function make() { return other(); } function other() { return 8; } export default make;";
  const { default: make } = evaluateModule(two) as { default: () => number };
  assert.equal(make(), 8);
});

test("a module of another form is left to the host", () => {
  for (const source of [
    "import fs from 'node:fs'; export { fs };",
    "export const a = 1; export { a as b };",
    "const a = await 1; export default a;",
    "export const a = 1;",
    "a +",
  ])
    assert.equal(evaluateModule(source), null, source);
});

test("Pyodide's own two modules have the form", () => {
  const exports = (name: string) => {
    const place = new URL(`../../../node_modules/pyodide/${name}`, import.meta.url);
    return Object.keys(evaluateModule(readFileSync(place, "utf8")) ?? {});
  };
  assert.deepEqual(exports("pyodide.mjs"), ["loadPyodide", "version"]);
  assert.deepEqual(exports("pyodide.asm.mjs"), ["default"]);
});

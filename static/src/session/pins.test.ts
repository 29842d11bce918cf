import assert from "node:assert/strict";
import { test } from "node:test";
import { nameOf, pinned, unmet } from "./pins.ts";

test("a requirement's name is compared as package indexes do", () => {
  assert.deepEqual(["Foo.Bar_baz==1", "pandas[excel]>=2", "cowsay"].map(nameOf), [
    "foo-bar-baz",
    "pandas",
    "cowsay",
  ]);
});

test("only exact pins that an environment has need no installer", () => {
  const wheels = [
    { name: "foo-bar", version: "1.0" },
    { name: "cowsay", version: "6.1" },
  ];
  const requirements = ["Foo_Bar==1.0", "cowsay==6.0", "cowsay", "other==1.0"];
  assert.deepEqual(unmet(requirements, wheels), ["cowsay==6.0", "cowsay", "other==1.0"]);
});

test("what is installed replaces looser requirements, and leaves those of other packages", () => {
  const packages = [{ name: "cowsay", version: "6.1" }];
  assert.deepEqual(pinned(["CowSay>=5", "numpy"], packages), ["numpy", "cowsay==6.1"]);
});

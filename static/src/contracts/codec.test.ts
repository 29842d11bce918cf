import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import { ContractError, decode, type RecordShape } from "./codec.ts";
import * as contracts from "./generated.ts";

type Name = keyof typeof contracts;
const vectors = JSON.parse(
  fs.readFileSync(new URL("../../../tests/contracts/vectors.json", import.meta.url), "utf8"),
) as { accepted: [Name, unknown][]; refused: [Name, unknown, string][] };

const shapes = new Map(Object.entries(contracts));
const shapeOf = (name: Name) => shapes.get(name) as RecordShape<unknown>;

for (const [name, value] of vectors.accepted) {
  test(`${name} accepts ${JSON.stringify(value)}`, () => {
    assert.equal(decode(value, shapeOf(name)), value);
  });
}

for (const [name, value, path] of vectors.refused) {
  test(`${name} refuses ${JSON.stringify(value)} at ${path}`, () => {
    assert.throws(
      () => decode(value, shapeOf(name)),
      (error) => error instanceof ContractError && error.path === path,
    );
  });
}

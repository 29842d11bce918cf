import assert from "node:assert/strict";
import { test } from "node:test";
import { readLastStart, writeLastStart } from "./last-start.ts";

function storage(): Pick<Storage, "getItem" | "setItem" | "removeItem"> {
  const texts = new Map<string, string>();
  return {
    getItem: (key) => texts.get(key) ?? null,
    setItem: (key, text) => void texts.set(key, text),
    removeItem: (key) => void texts.delete(key),
  };
}

test("the next start is guessed to be like the last one, unless the address names an environment", () => {
  const kept = storage();
  writeLastStart(kept, { environmentName: "data", packages: ["seaborn==1"] });
  assert.deepEqual(readLastStart(kept, null), { environmentName: "data", packages: ["seaborn==1"] });
  assert.deepEqual(readLastStart(kept, "core"), { environmentName: "core", packages: ["seaborn==1"] });
});

test("nothing is guessed on a first visit, nor from a damaged entry", () => {
  const damaged = storage();
  damaged.setItem("wasm-runtime:last-start", "{");
  assert.deepEqual(
    [null, storage(), damaged].map((kept) => readLastStart(kept, null)),
    [null, null, null],
  );
});

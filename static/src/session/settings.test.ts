import assert from "node:assert/strict";
import { test } from "node:test";
import { CAPABILITIES, can, explain } from "./capabilities.ts";
import { DEFAULT_SETTINGS, readSettings, SettingsStore } from "./settings.ts";
import { TextStore } from "./text-store.ts";

test("a choice is there after the next start", () => {
  const storage = new TextStore();
  new SettingsStore(storage).change({ theme: "dark", autoInstall: false });
  assert.deepEqual(new SettingsStore(storage).current, {
    ...DEFAULT_SETTINGS,
    theme: "dark",
    autoInstall: false,
  });
});

test("damaged settings become the defaults", () => {
  for (const text of [null, "", "{", "null", '{"theme":"pink","autoInstall":1,"defaultEnvironment":[]}']) {
    assert.deepEqual(readSettings(text), DEFAULT_SETTINGS);
  }
});

test("a capability nobody declared is missing, and its fallback is explained", () => {
  const declared = [{ name: "input", provider: "runtime" }] as const;
  assert.deepEqual([can("input", declared), can("offline", declared)], [true, false]);
  assert.equal(explain("offline", declared), CAPABILITIES.offline.fallback);
  assert.equal(explain("input", declared), CAPABILITIES.input.words);
});

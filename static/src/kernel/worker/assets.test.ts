import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { provedBytes } from "../frame/proved-bytes.ts";
import { KeptBlob, ProvedBytes } from "./asset-body.ts";
import { Assets } from "./assets.ts";

const sha256 = (body: string): string => createHash("sha256").update(body).digest("hex");
const GOOD = sha256("good");
const bytes = (body: string): Uint8Array => new TextEncoder().encode(body);

const kept = (body: string): KeptBlob => new KeptBlob(new Blob([body]), provedBytes);

function setUp() {
  const asked: [string, boolean][] = [];
  const assets = new Assets((...question) => asked.push(question));
  return { assets, asked };
}

test("what was announced is waited for; anything else is asked for, once", async () => {
  const { assets, asked } = setUp();
  assets.announce([GOOD]);
  const files = [assets.get(GOOD), assets.get("other"), assets.get("other")];
  assert.deepEqual(asked, [["other", false]]);
  assets.provide(GOOD, new ProvedBytes(bytes("good")));
  assets.provide("other", new ProvedBytes(bytes("other")));
  assert.deepEqual(await Promise.all(files), [bytes("good"), bytes("other"), bytes("other")]);
});

test("a kept file that is damaged is asked for anew before anybody sees it", async () => {
  const { assets, asked } = setUp();
  assets.announce([GOOD]);
  assets.provide(GOOD, kept("evil"));
  const file = assets.get(GOOD);
  await new Promise(setImmediate);
  while (asked.length === 0) await new Promise(setImmediate);
  assert.deepEqual(asked, [[GOOD, true]]);
  assets.provide(GOOD, new ProvedBytes(bytes("good")));
  assert.deepEqual(await file, bytes("good"));
});

test("a file that stays damaged, or cannot be had, is an error", async () => {
  const { assets, asked } = setUp();
  assets.provide(GOOD, kept("evil"));
  const file = assets.get(GOOD);
  while (asked.length === 0) await new Promise(setImmediate);
  assets.provide(GOOD, kept("evil"));
  await assert.rejects(file, /damaged/);
  const other = assets.get("other");
  assets.refuse("other", "heap: not there");
  await assert.rejects(other, /heap: not there/);
});

test("a kept file that is whole is proved by its hash", async () => {
  const { assets } = setUp();
  assets.provide(GOOD, kept("good"));
  assert.deepEqual(await assets.get(GOOD), bytes("good"));
});

test("after the start only what is asked for is still taken", async () => {
  const { assets, asked } = setUp();
  assets.clear();
  assets.provide(GOOD, new ProvedBytes(bytes("good")));
  const file = assets.get(GOOD);
  assert.deepEqual(asked, [[GOOD, false]]);
  assets.provide(GOOD, new ProvedBytes(bytes("good")));
  assert.deepEqual(await file, bytes("good"));
});

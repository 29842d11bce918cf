import assert from "node:assert/strict";
import { test } from "node:test";
import { DataRequests } from "./data-requests.ts";
import { FAKE_CONNECTION, FakeRelay, fakeSchema } from "./fake-relay.ts";
import { RelayAnswers } from "./relay-answers.ts";
import { SchemaStore, valueOf } from "./schema-store.ts";

const BASE = new URL("http://relay.example/");

function setUp(
  answers: Record<string, { status?: number; json?: unknown; html?: string }> = {},
  documentId: string | null = null,
) {
  const relay = new FakeRelay();
  for (const [path, answer] of Object.entries(answers)) relay.answers.set(path, answer);
  const requests = new DataRequests(new RelayAnswers(BASE, relay.fetch), () => documentId);
  return { relay, requests };
}

test("a host without a relay, a sign-in that is missing and a lost line are told apart", async () => {
  const refused = { status: 401, json: { code: "not_signed_in", message: "Nobody.", hint: "" } };
  const { relay, requests } = setUp({ "data/shop/schema": refused });
  await assert.rejects(requests.connections(), { kind: "no_relay", message: "There is no relay here." });
  await assert.rejects(requests.schema("shop"), { kind: "not_signed_in", message: "You are not signed in." });
  relay.isGone = true;
  await assert.rejects(requests.connections(), {
    kind: "unreachable",
    message: "The relay cannot be reached.",
  });
});

test("what the relay says of a database is said as it says it", async () => {
  const json = { code: "upstream_failed", message: "shop: the password is wrong.", hint: "Try the other." };
  const { requests } = setUp({ "data/shop/schema": { status: 502, json } });
  await assert.rejects(requests.schema("shop"), { kind: "refused", message: json.message, hint: json.hint });
});

test("an answer that is no record of the contract is refused", async () => {
  const { requests } = setUp({ "data/connections": { json: { connections: [{ name: "shop" }] } } });
  await assert.rejects(requests.connections(), /engine/);
});

test("a schema is asked for once, and again when somebody wants it anew", async () => {
  const schema = fakeSchema({ "public.orders": ["id integer"] });
  const { relay, requests } = setUp({
    "data/connections": { json: { connections: [FAKE_CONNECTION] } },
    "data/shop/schema": { json: schema },
  });
  const at = new Date("2026-11-21T12:00:00Z");
  const store = new SchemaStore(requests, () => at);
  await Promise.all([store.wantSchema("shop"), store.wantSchema("shop")]);
  assert.deepEqual(store.schema("shop"), { kind: "here", value: schema, at });
  await store.wantSchema("shop");
  assert.deepEqual(relay.asked, ["GET data/shop/schema"]);
  await store.refresh();
  assert.deepEqual(relay.asked.slice(1).sort(), ["GET data/connections", "GET data/shop/schema"]);
});

test("a schema that cannot be read anew stays as it was, with the reason", async () => {
  const schema = fakeSchema({ "public.orders": ["id integer"] });
  const { relay, requests } = setUp({ "data/shop/schema": { json: schema } });
  const store = new SchemaStore(requests);
  await store.wantSchema("shop");
  relay.isGone = true;
  await store.wantSchema("shop", true);
  const known = store.schema("shop");
  assert.equal(known.kind, "failed");
  assert.deepEqual(valueOf(known), schema);
});

test("a shared notebook is asked for what it may use of what each person may", async () => {
  const offered = [
    FAKE_CONNECTION,
    { ...FAKE_CONNECTION, name: "payroll", every_notebook: false },
    { ...FAKE_CONNECTION, name: "trips" },
  ];
  const { relay, requests } = setUp({ "rooms/a%2Fb/data/connections": { json: { offered } } }, "a/b");
  const names = async () => (await requests.connections()).list.map(({ name }) => name);
  assert.deepEqual(await names(), ["shop", "trips"]);
  relay.answers.set("rooms/a%2Fb/data/connections", { json: { offered, chosen: ["payroll", "hr"] } });
  assert.deepEqual(await names(), ["payroll"]);
  assert.deepEqual((await requests.choose(["payroll", "hr"])).ofNotebook?.chosen, ["payroll", "hr"]);
  assert.equal(relay.asked.at(-1), "PUT rooms/a%2Fb/data/connections");
});

test("only owners choose what a shared notebook uses", async () => {
  const status = { document_id: "n", epoch: "e", sequence: 1, role: "editor" };
  const { relay, requests } = setUp({ "rooms/n": { json: status } }, "n");
  assert.equal(await requests.mayChoose(), false);
  relay.answers.set("rooms/n", { json: { ...status, role: "owner" } });
  assert.equal(await requests.mayChoose(), true);
});

test("a look into a table of a shared notebook is the notebook's", async () => {
  const { relay, requests } = setUp({}, "n");
  const table = { schema: "public", table: "orders" };
  const asked = [requests.schema("shop"), requests.sample("shop", table), requests.profile("shop", table)];
  await Promise.allSettled(asked);
  assert.deepEqual(relay.asked, [
    "GET rooms/n/data/shop/schema",
    "POST rooms/n/data/shop/sample",
    "POST rooms/n/data/shop/profile",
  ]);
});

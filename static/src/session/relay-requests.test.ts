import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import type { FetchHttp } from "../contracts/generated.ts";
import { HttpRequests } from "./http-requests.ts";
import { NetworkGate, NetworkGrants } from "./network-gate.ts";
import { TextStore } from "./text-store.ts";

const CORPUS = new URL("../../../tests/contracts/relay_requests.json", import.meta.url);
const { allowed, refused } = JSON.parse(fs.readFileSync(CORPUS, "utf8")) as Record<
  "allowed" | "refused",
  [string, string][]
>;
const BASE = "https://app.example/notebooks/";
const ADDRESS = "https://relay.invalid/";

/** A page whose person allows whatever is asked for, and all that left it. */
function page(answer: () => Response = () => new Response("hello"), documentId: string | null = null) {
  const gate = new NetworkGate(
    { appOrigin: "https://app.example", readablePrefixes: [] },
    new NetworkGrants(new TextStore(), "n1"),
  );
  const asks: string[] = [];
  gate.addEventListener("change", () => {
    for (const { grant } of gate.asks) {
      asks.push(grant);
      gate.allow(grant, "once");
    }
  });
  const sent: { url: string; init: RequestInit }[] = [];
  const http = new HttpRequests({
    gate,
    base: new URL(BASE),
    documentId: () => documentId,
    loadGateway: async () => null,
    fetchPage: async (url, init) => {
      sent.push({ url, init });
      return answer();
    },
  });
  return { http, gate, asks, sent };
}

function fetchOf(method: string, url: string, more: Partial<FetchHttp> = {}): FetchHttp {
  return { kind: "fetch_http", request_id: "r1", method, url, headers: [], ...more };
}

for (const [method, path] of allowed) {
  test(`${method} ${path} reaches the relay as it is written`, async () => {
    const { http, sent } = page();
    const answer = await http.answer(fetchOf(method, ADDRESS + path));
    assert.equal(answer?.kind, "answer_http");
    assert.deepEqual(
      sent.map(({ url, init }) => [init.method, url]),
      [[method, BASE + path]],
    );
  });
}

for (const [method, url] of refused) {
  test(`${JSON.stringify([method, url])} never leaves the page for the relay`, async () => {
    const { http, sent } = page();
    await http.answer(fetchOf(method, url));
    assert.deepEqual(
      sent.map(({ url: address }) => address).filter((address) => address.startsWith(BASE)),
      [],
    );
    // What is not taken for the relay's may be tried as any host, which this one is not.
    assert.ok(sent.every(({ init }) => init.credentials === "omit"));
  });
}

test("the session goes along, cookies and other headers stay here, and no redirect is followed", async () => {
  const headers = { "content-type": "application/json", "set-cookie": "a=b", "x-secret": "1" };
  const { http, sent } = page(() => new Response("{}", { headers }));
  const answer = await http.answer(
    fetchOf("POST", `${ADDRESS}ai/openai/v1/chat/completions`, {
      headers: [
        ["Authorization", "Bearer placeholder"],
        ["Content-Type", "application/json"],
        ["Cookie", "session=stolen"],
        ["Origin", "https://evil.example"],
      ],
      body: new TextEncoder().encode("{}"),
    }),
  );
  const { credentials, redirect, headers: given } = sent[0]!.init;
  assert.deepEqual([credentials, redirect], ["same-origin", "error"]);
  assert.deepEqual(given, [["Content-Type", "application/json"]]);
  assert.ok(answer?.kind === "answer_http");
  assert.deepEqual(answer.headers, [["content-type", "application/json"]]);
  assert.equal(answer.url, `${ADDRESS}ai/openai/v1/chat/completions`);
});

test("a shared notebook asks in its own name, so that its owners' rules hold", async () => {
  const { http, sent } = page(undefined, "shared-1");
  await http.answer(fetchOf("GET", `${ADDRESS}ai/models`));
  await http.answer(fetchOf("GET", `${ADDRESS}storages`));
  assert.deepEqual(
    sent.map(({ url }) => url),
    [`${BASE}rooms/shared-1/ai/models`, `${BASE}rooms/shared-1/storages`],
  );
});

test("the person is asked once for models, for each storage, and again to change it", async () => {
  const { http, asks } = page();
  const paths = [
    ["GET", "ai/models"],
    ["POST", "ai/openai/v1/embeddings"],
    ["GET", "storages/reports/files/a"],
    ["GET", "storages/reports/files/b"],
    ["PUT", "storages/reports/files/b"],
    ["GET", "storages/other/list"],
  ] as const;
  for (const [method, path] of paths) await http.answer(fetchOf(method, ADDRESS + path));
  assert.deepEqual(asks, [
    "AI models",
    "read storage reports",
    "change storage reports",
    "read storage other",
  ]);
});

test("what the person denies is not sent", async () => {
  const { http, gate, sent } = page();
  gate.deny("AI models");
  const answer = await http.answer(fetchOf("GET", `${ADDRESS}ai/models`));
  assert.ok(answer?.kind === "refuse_request");
  assert.match(answer.error.message, /did not allow this notebook to ask AI models/);
  assert.deepEqual(sent, []);
});

test("a web server that is no relay is told from one", async () => {
  const headers = { "content-type": "text/html" };
  const { http } = page(() => new Response("<h1>Not Found</h1>", { status: 404, headers }));
  const answer = await http.answer(fetchOf("GET", `${ADDRESS}ai/models`));
  assert.ok(answer?.kind === "refuse_request");
  assert.match(answer.error.message, /has no relay/);
});

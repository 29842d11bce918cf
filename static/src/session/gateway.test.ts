import assert from "node:assert/strict";
import { test } from "node:test";
import type { FetchHttp } from "../contracts/generated.ts";
import { RelayGateway } from "./gateway.ts";
import { answerHttp, type FetchPage } from "./http.ts";
import { NetworkGate, NetworkGrants } from "./network-gate.ts";
import { TextStore } from "./text-store.ts";

const base = new URL("https://app.example/notebooks/");
const HOSTS = ["api.example", "data.example:8443", "wiki.corp"];

/** A relay that offers `HOSTS`; `asked` are the exchanges that came, by their addresses. */
class Relay {
  readonly asked: { url: string; head: Record<string, unknown>; body: string }[] = [];
  readonly outside: string[] = [];
  lists = 0;
  answer: (head: Record<string, unknown>) => Response = ({ url }) => exchange({ url }, "hello");

  readonly fetchPage: FetchPage = async (url, init) => {
    if (url === `${base}net/hosts`) {
      this.lists++;
      return Response.json({
        hosts: HOSTS.map((host) => ({ host, methods: ["GET"], description: "", adds_credentials: false })),
      });
    }
    if (!url.startsWith(base.href)) {
      this.outside.push(url);
      throw new TypeError("Failed to fetch");
    }
    const bytes = new Uint8Array(await new Response(init.body ?? null).arrayBuffer());
    const end = 4 + new DataView(bytes.buffer).getUint32(0);
    const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, end)));
    this.asked.push({ url, head, body: new TextDecoder().decode(bytes.subarray(end)) });
    return this.answer(head);
  };
}

function exchange(head: Record<string, unknown>, body: string): Response {
  const text = new TextEncoder().encode(
    JSON.stringify({ status: 200, reason: "OK", headers: [["x-kind", "cheese"]], ...head }),
  );
  const length = new DataView(new ArrayBuffer(4));
  length.setUint32(0, text.length);
  return new Response(new Blob([length, text, body]));
}

function page(relay: Relay, documentId: string | null = null) {
  const gate = new NetworkGate(
    { appOrigin: base.origin, readablePrefixes: [] },
    new NetworkGrants(new TextStore(), "n1"),
  );
  for (const host of ["api.example", "data.example:8443", "wiki.corp", "other.example"])
    gate.allow(host, "once");
  const gateway = new RelayGateway({ base, documentId: () => documentId, fetchPage: relay.fetchPage });
  const ask = (url: string, more: Partial<FetchHttp> = {}) =>
    answerHttp(fetchOf(url, more), gate, relay.fetchPage, async () => gateway);
  return { gate, gateway, ask };
}

function fetchOf(url: string, more: Partial<FetchHttp> = {}): FetchHttp {
  return { kind: "fetch_http", request_id: "r1", method: "GET", url, headers: [], body: null, ...more };
}

test("a host that the relay reaches is asked by the relay, and its answer passes whole", async () => {
  const relay = new Relay();
  const answer = await page(relay).ask("https://API.example:443/a b?c", {
    method: "POST",
    headers: [["x-one", "1"]],
    body: new TextEncoder().encode("sent"),
    timeout_seconds: 5,
  });
  assert.deepEqual(relay.asked, [
    {
      url: `${base}net/fetch`,
      head: {
        method: "POST",
        url: "https://api.example/a%20b?c",
        headers: [["x-one", "1"]],
        timeout_seconds: 5,
      },
      body: "sent",
    },
  ]);
  assert.deepEqual(answer, {
    kind: "answer_http",
    request_id: "r1",
    status: 200,
    reason: "OK",
    url: "https://api.example/a%20b?c",
    headers: [["x-kind", "cheese"]],
    body: new TextEncoder().encode("hello"),
  });
  assert.deepEqual(relay.outside, []);
});

test("a host that it does not reach is asked by the browser, and the failure says who could allow it", async () => {
  const relay = new Relay();
  const answer = await page(relay).ask("https://other.example/");
  assert.deepEqual(relay.outside, ["https://other.example/"]);
  assert.deepEqual(relay.asked, []);
  assert.ok(answer.kind === "refuse_request");
  assert.match(answer.error.hint ?? "", /operator allows other\.example/);
});

test("which host is reached is decided with its port, and without a final dot", async () => {
  const { gateway } = page(new Relay());
  for (const url of ["https://api.example/", "https://api.example./", "https://data.example:8443/"])
    assert.equal(await gateway.reaches({ url }), true, url);
  for (const url of [
    "https://data.example/",
    "https://api.example:8443/",
    "https://app.example/",
    "x",
    "data:,",
  ])
    assert.equal(await gateway.reaches({ url }), false, url);
});

test("a shared notebook asks in its own name", async () => {
  const relay = new Relay();
  await page(relay, "n/1").ask("https://api.example/");
  assert.deepEqual(
    relay.asked.map(({ url }) => url),
    [`${base}rooms/n%2F1/net/fetch`],
  );
});

test("nothing is asked before the person agrees, and it says that the relay is to ask", async () => {
  const relay = new Relay();
  const { gate, ask } = page(relay);
  gate.forget("api.example");
  const changed = new Promise((resolve) => gate.addEventListener("change", resolve, { once: true }));
  const answer = ask("https://api.example/");
  await changed;
  assert.deepEqual(
    gate.asks.map(({ host, way }) => ({ host, way })),
    [{ host: "api.example", way: "relay" }],
  );
  gate.deny("api.example");
  assert.equal((await answer).kind, "refuse_request");
  assert.deepEqual(relay.asked, []);
});

test("a private host is reached only where the relay's operator named it", async () => {
  const relay = new Relay();
  assert.equal((await page(relay).ask("https://wiki.corp/")).kind, "answer_http");
  assert.equal((await page(relay).ask("https://intranet.corp/")).kind, "refuse_request");
  assert.deepEqual(relay.outside, []);
});

test("the answer of a host that another one sent on to waits for the person", async () => {
  const relay = new Relay();
  relay.answer = () => exchange({ url: "https://data.example:8443/there" }, "private");
  const { gate, ask } = page(relay);
  assert.equal((await ask("https://api.example/")).kind, "answer_http");
  gate.deny("data.example:8443");
  const answer = await ask("https://api.example/");
  assert.ok(answer.kind === "refuse_request");
  assert.match(answer.error.message, /did not allow this notebook to reach data\.example:8443/);
});

test("what the relay refuses, Python hears in the relay's words", async () => {
  const relay = new Relay();
  const error = { code: "network_refused", message: "No DELETE.", hint: "Ask." } as const;
  relay.answer = () => Response.json(error, { status: 403 });
  assert.deepEqual(await page(relay).ask("https://api.example/"), {
    kind: "refuse_request",
    request_id: "r1",
    error,
  });
});

test("an answer that is cut is an error", async () => {
  const relay = new Relay();
  relay.answer = () =>
    new Response(
      new ReadableStream({
        start: (stream) => stream.error(new TypeError("network error")),
      }),
    );
  const answer = await page(relay).ask("https://api.example/");
  assert.ok(answer.kind === "refuse_request");
  assert.match(answer.error.message, /did not come whole through the relay/);
});

test("the list of hosts is asked for once a minute, and again after it could not be had", async () => {
  const relay = new Relay();
  let now = 0;
  let isOffline = true;
  const fetchPage: FetchPage = (url, init) =>
    isOffline ? Promise.reject(new TypeError("offline")) : relay.fetchPage(url, init);
  const gateway = new RelayGateway({ base, documentId: () => null, fetchPage, now: () => now });
  const reaches = () => gateway.reaches({ url: "https://api.example/" });
  assert.equal(await reaches(), false);
  isOffline = false;
  assert.equal(await reaches(), true);
  assert.equal(await reaches(), true);
  assert.equal(relay.lists, 1);
  now = 61_000;
  await reaches();
  assert.equal(relay.lists, 2);
});

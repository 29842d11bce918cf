import assert from "node:assert/strict";
import { test } from "node:test";
import type { AnswerHttp, FetchHttp, HttpPart } from "../contracts/generated.ts";
import { HttpRequests } from "./http-requests.ts";
import { NetworkGate, NetworkGrants } from "./network-gate.ts";
import { TextStore } from "./text-store.ts";

const ADDRESSES = { "a host": "https://data.example/x", "the relay": "https://relay.invalid/ai/models" };
const decoder = new TextDecoder();

/** A server that sends what the test gives it, when it does. */
function server() {
  const controller = Promise.withResolvers<ReadableStreamDefaultController<Uint8Array>>();
  const aborted = Promise.withResolvers<void>();
  let pulls = 0;
  const fetchPage = async (_: string, { signal }: RequestInit): Promise<Response> => {
    const body = new ReadableStream<Uint8Array>(
      {
        start: controller.resolve,
        pull: () => {
          pulls++;
        },
      },
      { highWaterMark: 0 },
    );
    signal?.addEventListener("abort", async () => {
      (await controller.promise).error(signal.reason);
      aborted.resolve();
    });
    return new Response(body);
  };
  return {
    fetchPage,
    aborted: aborted.promise,
    pulls: () => pulls,
    send: async (text: string) => (await controller.promise).enqueue(new TextEncoder().encode(text)),
    end: async () => (await controller.promise).close(),
    cut: async () => (await controller.promise).error(new TypeError("network error")),
  };
}

function requests(fetchPage: (url: string, init: RequestInit) => Promise<Response>): HttpRequests {
  const gate = new NetworkGate(
    { appOrigin: "https://app.example", readablePrefixes: [] },
    new NetworkGrants(new TextStore(), "n1"),
  );
  gate.allow("data.example", "once");
  gate.allow("AI models", "once");
  return new HttpRequests({
    gate,
    base: new URL("https://app.example/"),
    documentId: () => null,
    loadGateway: async () => null,
    fetchPage,
  });
}

const begin = (url: string, more: Partial<FetchHttp> = {}): FetchHttp => ({
  kind: "fetch_http",
  request_id: "r1",
  method: "GET",
  url,
  headers: [],
  stream_id: "s1",
  ...more,
});
const READ = { kind: "read_http", request_id: "r2", stream_id: "s1" } as const;
const CLOSE = { kind: "close_http", stream_id: "s1" } as const;

for (const [whose, url] of Object.entries(ADDRESSES)) {
  test(`a body of ${whose} is handed over as it comes`, async () => {
    const far = server();
    const http = requests(far.fetchPage);
    const first = http.answer(begin(url));
    await far.send("one");
    const head = (await first) as AnswerHttp;
    assert.deepEqual([decoder.decode(head.body), head.is_last], ["one", false]);
    const second = http.answer(READ);
    await far.send("two");
    const part = (await second) as HttpPart;
    assert.deepEqual([part.kind, decoder.decode(part.body), part.is_last], ["http_part", "two", false]);
    const third = http.answer(READ);
    await far.end();
    assert.equal(((await third) as HttpPart).is_last, true);
    assert.equal((await http.answer(READ))?.kind, "refuse_request");
  });

  test(`closing ends the request to ${whose}, also before anything came`, async () => {
    const far = server();
    const http = requests(far.fetchPage);
    const first = http.answer(begin(url));
    await far.send("");
    await http.answer(CLOSE);
    await far.aborted;
    const answer = await first;
    assert.ok(answer?.kind === "refuse_request");
    assert.match(answer.error.message, /was closed/);
  });

  test(`a body of ${whose} that is cut is an error, not an end`, async () => {
    const far = server();
    const http = requests(far.fetchPage);
    const first = http.answer(begin(url));
    await far.send("one");
    await first;
    const second = http.answer(READ);
    await far.cut();
    const answer = await second;
    assert.ok(answer?.kind === "refuse_request");
    assert.match(answer.error.message, /was cut/);
  });

  test(`silence of ${whose} counts while Python waits, and only then`, async () => {
    const far = server();
    const http = requests(far.fetchPage);
    const first = http.answer(begin(url, { timeout_seconds: 0.05 }));
    await far.send("one");
    assert.equal((await first)?.kind, "answer_http");
    const answer = await http.answer(READ);
    await far.aborted;
    assert.ok(answer?.kind === "refuse_request");
    assert.equal(answer.error.code, "timeout");
  });
}

test("no more is read ahead than a reader that stopped can bear", async () => {
  const megabyte = new Uint8Array(1 << 20);
  let sent = 0;
  const endless = async () =>
    new Response(
      new ReadableStream<Uint8Array>(
        {
          pull(controller) {
            sent++;
            controller.enqueue(megabyte);
          },
        },
        { highWaterMark: 0 },
      ),
    );
  const http = requests(endless);
  await http.answer(begin(ADDRESSES["a host"]));
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  assert.ok(sent <= 3, `${sent} MB were read`);
  await http.answer(CLOSE);
});

test("the end of a kernel ends what it reads", async () => {
  const far = server();
  const http = requests(far.fetchPage);
  const first = http.answer(begin(ADDRESSES["a host"]));
  await far.send("one");
  await first;
  http.closeAll();
  await far.aborted;
});

test("a loop that floods is told so", async () => {
  const http = requests(
    (_, { signal }) =>
      new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason))),
  );
  for (let number = 0; number < 64; number++)
    void http.answer(begin(ADDRESSES["a host"], { stream_id: number % 2 ? `s${number}` : "" }));
  const answer = await http.answer(begin(ADDRESSES["a host"], { stream_id: "" }));
  assert.ok(answer?.kind === "refuse_request");
  assert.equal(answer.error.code, "too_many_requests");
  http.closeAll();
});

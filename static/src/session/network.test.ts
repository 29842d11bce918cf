import assert from "node:assert/strict";
import { test } from "node:test";
import type { FetchHttp } from "../contracts/generated.ts";
import { answerHttp } from "./http.ts";
import { NetworkGate, NetworkGrants } from "./network-gate.ts";
import { decide, type NetworkRules } from "./network-policy.ts";
import { TextStore } from "./text-store.ts";

const rules: NetworkRules = {
  appOrigin: "https://app.example",
  readablePrefixes: ["https://app.example/notebooks/index/", "http://localhost:8000/store/"],
  granted: new Set(["data.example", "data.example:8443"]),
};
const verdict = (url: string, method = "GET"): string => decide({ url, method }, rules).verdict;

test("a host nobody granted is asked for, with its port", () => {
  assert.deepEqual(decide({ url: "https://other.example:444/x", method: "GET" }, rules), {
    verdict: "ask",
    host: "other.example:444",
  });
  assert.equal(verdict("https://sub.data.example/"), "ask");
});

test("a granted host is allowed for any method", () => {
  assert.equal(verdict("https://data.example/x", "POST"), "allow");
  assert.equal(verdict("https://data.example:8443/x"), "allow");
});

test("the package index may be read, and nothing else of the app", () => {
  assert.equal(verdict("https://app.example/notebooks/index/simple/rich/"), "allow");
  assert.equal(verdict("http://localhost:8000/store/abc/x.whl"), "allow");
  assert.equal(verdict("https://app.example/notebooks/index/x", "POST"), "refuse");
  assert.equal(verdict("https://app.example/notebooks/index/../secret"), "refuse");
  assert.equal(verdict("https://app.example/notebooks/index/..%2fsecret"), "refuse");
  assert.equal(verdict("https://app.example/"), "refuse");
});

const PRIVATE = [
  "http://localhost/",
  "http://127.0.0.1/",
  "http://127.1/",
  "http://2130706433/",
  "http://0x7f.1/",
  "http://0/",
  "http://10.0.0.1/",
  "http://172.31.255.1/",
  "http://192.168.1.1/",
  "http://169.254.169.254/latest/",
  "http://100.64.0.1/",
  "http://[::1]/",
  "http://[::ffff:127.0.0.1]/",
  "http://[fd00::1]/",
  "http://[fe80::1]/",
  "http://[64:ff9b::7f00:1]/",
  "http://[2002:7f00:1::]/",
  "http://router/",
  "http://nas.local/",
  "http://a.localhost/",
  "http://x.internal./",
  "http://①②⑦.0.0.1/",
];
for (const url of PRIVATE) {
  test(`${url} is a private host and refused`, () => assert.equal(verdict(url), "refuse"));
}

test("public hosts that look like private ones are not", () => {
  for (const url of [
    "http://172.32.0.1/",
    "http://11.0.0.1/",
    "http://localhost.example/",
    "http://[2606:4700::1111]/",
  ]) {
    assert.equal(verdict(url), "ask", url);
  }
});

test("other schemes, passwords and nonsense are refused", () => {
  for (const url of [
    "file:///etc/passwd",
    "ftp://a.example/",
    "javascript:1",
    "https://u:p@data.example/",
    "data.csv",
    "",
  ]) {
    assert.equal(verdict(url), "refuse", url);
  }
});

function gate(storage: TextStore): NetworkGate {
  return new NetworkGate(rules, new NetworkGrants(storage, "n1"));
}

test("the person is asked once for several requests, and always is remembered for the notebook", async () => {
  const storage = new TextStore();
  const first = gate(storage);
  const answers = Promise.all(
    ["/a", "/b"].map((path) => first.check({ url: `https://new.example${path}`, method: "GET" })),
  );
  assert.deepEqual(first.asks, [
    {
      grant: "new.example",
      host: "new.example",
      way: "browser",
      url: "https://new.example/a",
      method: "GET",
    },
  ]);
  first.allow("new.example", "always");
  assert.deepEqual(await answers, [null, null]);
  assert.equal(await gate(storage).check({ url: "https://new.example/", method: "GET" }), null);
  assert.deepEqual(new NetworkGrants(storage, "another notebook").hosts(), []);
});

test("a database is asked for like a host, and is not taken for one", async () => {
  const storage = new TextStore();
  const first = gate(storage);
  const answer = first.checkQuery("warehouse", "select 1");
  assert.deepEqual(first.asks, [
    { grant: "database warehouse", host: "warehouse", way: "database", url: "select 1", method: "SQL" },
  ]);
  first.allow("database warehouse", "always");
  assert.equal(await answer, null);
  const later = gate(storage);
  assert.equal(await later.checkQuery("warehouse", "select 2"), null);
  later.deny("database other");
  assert.match((await later.checkQuery("other", "select 1"))?.message ?? "", /did not allow/);
});

test("a connection's name cannot smuggle in the grant of a host", async () => {
  const refused = await gate(new TextStore()).checkQuery("warehouse\nevil.example", "select 1");
  assert.match(refused?.message ?? "", /no name of a connection/);
});

test("once is not remembered, and a denied host is not asked for again", async () => {
  const storage = new TextStore();
  const first = gate(storage);
  first.allow("once.example", "once");
  first.deny("no.example");
  assert.equal(await first.check({ url: "https://once.example/", method: "GET" }), null);
  assert.equal((await first.check({ url: "https://no.example/", method: "GET" }))?.code, "network_refused");
  assert.deepEqual([first.asks, new NetworkGrants(storage, "n1").hosts()], [[], []]);
});

const request: FetchHttp = {
  kind: "fetch_http",
  request_id: "r",
  method: "GET",
  url: "https://data.example/x",
  headers: [["a", "b"]],
};

const ALLOWING = {
  check: async () => null,
  checkRedirect: async () => null,
  checkLanding: () => null,
  followsRedirects: () => false,
};

/** A server that always redirects to `target`; counts how often it was asked, and with which method. */
function redirecting(target: string) {
  const asked: string[] = [];
  const fetchPage = async (_: string, { method, redirect }: RequestInit): Promise<Response> => {
    asked.push(`${method} ${redirect}`);
    const response = new Response("from there");
    const values = redirect === "manual" ? { type: "opaqueredirect" } : { redirected: true, url: target };
    for (const [name, value] of Object.entries(values)) Object.defineProperty(response, name, { value });
    return response;
  };
  return { asked, fetchPage };
}

test("an allowed request is made without cookies and answered whole", async () => {
  let sent: RequestInit = {};
  const answer = await answerHttp(request, ALLOWING, async (_, init) => {
    sent = init;
    return new Response("body", { status: 201, statusText: "Created", headers: { x: "y" } });
  });
  assert.equal(sent.credentials, "omit");
  assert.ok(answer.kind === "answer_http");
  assert.deepEqual(
    [answer.status, answer.reason, new TextDecoder().decode(answer.body)],
    [201, "Created", "body"],
  );
});

test("a redirect is followed only when the person agreed, who is asked once for a host", async () => {
  const { asked, fetchPage } = redirecting("https://elsewhere.example/y");
  const policy = gate(new TextStore());
  policy.allow("data.example", "once");
  const answer = answerHttp(request, policy, fetchPage);
  while (policy.asks.length === 0) await new Promise((resolve) => setImmediate(resolve));
  const [ask] = policy.asks;
  assert.deepEqual([ask?.host, ask?.way, asked], ["data.example", "redirect", ["GET manual"]]);
  policy.allow(ask?.grant ?? "", "once");
  assert.equal((await answer).kind, "answer_http");
  assert.equal((await answerHttp(request, policy, fetchPage)).kind, "answer_http");
  assert.deepEqual(asked, ["GET manual", "GET follow", "GET follow"]);
});

test("a redirect that the person does not allow is never followed", async () => {
  const { asked, fetchPage } = redirecting("https://elsewhere.example/y");
  const policy = gate(new TextStore());
  policy.allow("data.example", "once");
  policy.deny("redirects of data.example");
  const answer = await answerHttp(request, policy, fetchPage);
  assert.ok(answer.kind === "refuse_request");
  assert.match(answer.error.message, /did not allow data\.example to send this notebook on/);
  assert.deepEqual(asked, ["GET manual"]);
});

test("what may change something is not sent twice to follow a redirect", async () => {
  const { asked, fetchPage } = redirecting("https://elsewhere.example/y");
  const answer = await answerHttp({ ...request, method: "POST" }, ALLOWING, fetchPage);
  assert.ok(answer.kind === "refuse_request");
  assert.match(answer.error.message, /POST to data\.example was sent/);
  assert.deepEqual(asked, ["POST manual"]);
});

test("what a redirect brings from a private network stays here", async () => {
  const { fetchPage } = redirecting("http://192.168.1.1/");
  const policy = gate(new TextStore());
  policy.allow("data.example", "once");
  policy.allow("redirects of data.example", "once");
  const answer = await answerHttp(request, policy, fetchPage);
  assert.equal(answer.kind, "refuse_request");
});

/** A server that sends `parts` with a pause before each; ends as fetch does when it is given up. */
function slow(parts: number, pauseMilliseconds: number) {
  return async (_: string, { signal }: RequestInit): Promise<Response> => {
    const pause = () =>
      new Promise<void>((resolve, reject) => {
        const timer = setTimeout(resolve, pauseMilliseconds);
        signal?.addEventListener("abort", () => {
          clearTimeout(timer);
          reject(signal.reason);
        });
      });
    await pause();
    let left = parts;
    const body = new ReadableStream({
      async pull(controller) {
        if (left-- === 0) return controller.close();
        await pause();
        controller.enqueue(new TextEncoder().encode("part"));
      },
    });
    return new Response(body);
  };
}

test("a server that is silent for longer than Python allows is a timeout", async () => {
  const answer = await answerHttp({ ...request, timeout_seconds: 0.05 }, ALLOWING, slow(1, 60_000));
  assert.ok(answer.kind === "refuse_request");
  assert.deepEqual(
    [answer.error.code, answer.error.message],
    ["timeout", "data.example did not answer within 0.05 seconds."],
  );
});

test("a long answer that keeps coming is none", async () => {
  const answer = await answerHttp({ ...request, timeout_seconds: 0.5 }, ALLOWING, slow(30, 25));
  assert.ok(answer.kind === "answer_http");
  assert.equal(answer.body.length, 4 * 30);
});

test("a failed fetch is explained", async () => {
  const answer = await answerHttp(request, ALLOWING, () => Promise.reject(new TypeError("Failed to fetch")));
  assert.ok(answer.kind === "refuse_request");
  assert.match(answer.error.hint ?? "", /CORS/);
});

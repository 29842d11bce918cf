import assert from "node:assert/strict";
import test from "node:test";
import type { QueryPart, RefuseRequest } from "../contracts/generated.ts";
import type { KeptAnswer, Origin, ResultKeeper } from "./kept-results.ts";
import { type FetchRelay, Queries } from "./queries.ts";

const ARROW = { "content-type": "application/vnd.apache.arrow.stream" };
const BASE = new URL("https://notebook.example/app/");
const OPEN = {
  kind: "open_query",
  request_id: "r1",
  query_id: "q1",
  connection: "ware/house",
  request: { sql: "select 1" },
} as const;
const READ = { kind: "read_query", request_id: "r2", query_id: "q1" } as const;

/** A result that gives the parts as they are asked for. */
function result(parts: (string | Error)[], headers: Record<string, string> = {}): Response {
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const next = parts.shift();
        if (next === undefined) controller.close();
        else if (next instanceof Error) controller.error(next);
        else controller.enqueue(new TextEncoder().encode(next));
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, { headers: { ...ARROW, ...headers } });
}

interface Asked {
  method: string;
  path: string;
  body: Record<string, unknown>;
}

/** As KeptResults, in memory. */
class FakeKeeper implements ResultKeeper {
  readonly kept = new Map<string, { origin: Origin; body: Uint8Array; more: boolean }>();

  async keep(question: string, origin: Origin, result: { body: Uint8Array; more: boolean }): Promise<void> {
    this.kept.set(question, { origin, ...result });
  }

  async find(question: string): Promise<KeptAnswer | null> {
    const found = this.kept.get(question);
    return found ? { body: new Uint8Array(found.body), more: found.more, ageSeconds: 200 } : null;
  }
}

interface FakeRelay {
  asked: Asked[];
  keeper: FakeKeeper;
  queries: Queries;
}

function relay(...answers: (Response | Error)[]): FakeRelay {
  return relayOf(null, ...answers);
}

/** Asked in the name of a notebook. */
function relayOf(documentId: string | null, ...answers: (Response | Error)[]): FakeRelay {
  const asked: Asked[] = [];
  const keeper = new FakeKeeper();
  const fetchRelay: FetchRelay = async (url, init) => {
    asked.push({
      method: init.method ?? "GET",
      path: url.pathname,
      body: init.body ? JSON.parse(String(init.body)) : {},
    });
    const answer = answers.shift();
    if (!answer) throw new TypeError("Failed to fetch");
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const place = { base: BASE, documentId: () => documentId, mayQuery: async () => null };
  return { asked, keeper, queries: new Queries(place, fetchRelay, keeper) };
}

async function refusal(queries: Queries, message: typeof OPEN | typeof READ): Promise<RefuseRequest> {
  const answer = await queries.answer(message);
  assert.equal(answer?.kind, "refuse_request");
  return answer as RefuseRequest;
}

async function textToEnd(queries: Queries): Promise<string> {
  let part = (await queries.answer(OPEN)) as QueryPart;
  let text = new TextDecoder().decode(part.body);
  while (!part.is_last) {
    part = (await queries.answer(READ)) as QueryPart;
    assert.equal(part.kind, "query_part");
    text += new TextDecoder().decode(part.body);
  }
  return text;
}

test("a result comes in parts, and its end is said", async () => {
  const { asked, queries } = relay(result(["ab", "c"]));
  assert.equal(await textToEnd(queries), "abc");
  assert.equal(asked[0]?.path, "/app/data/ware%2Fhouse/query");
  assert.equal(asked[0]?.body["sql"], "select 1");
  assert.match(String(asked[0]?.body["query_id"]), /^[A-Za-z0-9_-]{8,64}$/);
  assert.equal((await refusal(queries, READ)).error.code, "not_found");
});

test("a shared notebook asks in its own name, and its queries are found by who began them", async () => {
  const { asked, queries } = relayOf("a/b", result(["abc"]), Response.json({}));
  await queries.answer({ ...OPEN, request: { sql: "select 1", first_rows: 1 } });
  await queries.answer(READ);
  const paths = asked.map(({ path }) => path.replace(/[-0-9a-f]{36}$/, "id"));
  assert.deepEqual(paths, ["/app/rooms/a%2Fb/data/ware%2Fhouse/query", "/app/data/queries/id"]);
});

test("no more is read than a little ahead of the kernel", async () => {
  const piece = "x".repeat(1 << 19);
  const parts = Array.from({ length: 20 }, () => piece);
  const { queries } = relay(result(parts));
  await queries.answer(OPEN);
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(parts.length >= 15, `${parts.length} of 20 pieces were left with the relay`);
});

test("a result that was cut is an error with the relay's reason and place in the SQL", async () => {
  const error = {
    code: "timeout",
    message: "It was stopped at the limit of 1 seconds.",
    hint: "Ask for less.",
  };
  const status = {
    id: "id",
    connection: "warehouse",
    state: "failed",
    rows: 1,
    bytes: 2,
    seconds: 1,
    error,
    position: 7,
  };
  const { queries } = relay(result(["ab", new TypeError("network error")]), Response.json(status));
  const answers = [await queries.answer(OPEN)];
  while (answers.at(-1)?.kind === "query_part") answers.push(await queries.answer(READ));
  assert.deepEqual(answers.at(-1), { kind: "refuse_request", request_id: "r2", error, position: 7 });
});

test("a relay that went away in the middle is an error as well", async () => {
  const { queries } = relay(result([new TypeError("network error")]));
  assert.match((await refusal(queries, OPEN)).error.message, /^The result was cut/);
});

test("closing ends the query at the relay, also when its connection stays open", async () => {
  const endless = Array.from({ length: 1000 }, () => "x".repeat(1 << 19));
  const { asked, queries } = relay(result(endless), new Response(null, { status: 200 }));
  await queries.answer(OPEN);
  assert.equal(await queries.answer({ kind: "close_query", query_id: "q1" }), null);
  assert.equal(asked[1]?.method, "DELETE");
  assert.equal(asked[1]?.path, `/app/data/queries/${asked[0]?.body["query_id"]}`);
  assert.equal((await refusal(queries, READ)).error.code, "not_found");
});

test("a refusal comes as the relay words it, with the place of the error", async () => {
  const error = { code: "bad_request", message: "No such column: x.", hint: "" };
  const status = {
    id: "id",
    connection: "w",
    state: "failed",
    rows: 0,
    bytes: 0,
    seconds: 0,
    error,
    position: 7,
  };
  const { queries } = relay(Response.json(error, { status: 400 }), Response.json(status));
  const answer = await refusal(queries, OPEN);
  assert.deepEqual([answer.error, answer.position], [error, 7]);
});

test("without a connection, or without a relay, a sentence says so", async () => {
  assert.match((await refusal(relay().queries, OPEN)).error.message, /cannot be reached/);
  const { queries } = relay(new Response("<h1>Not found</h1>", { status: 404 }));
  assert.match((await refusal(queries, OPEN)).error.message, /^This page has no relay/);
  const shell = relay(new Response("<html>", { headers: { "content-type": "text/html" } }));
  assert.match((await refusal(shell.queries, OPEN)).error.message, /^This page has no relay/);
});

test("a query that the person does not allow never reaches the relay", async () => {
  const asked: string[] = [];
  const error = { code: "network_refused", message: "You did not allow it.", hint: "" } as const;
  const mayQuery = async (...each: string[]) => {
    asked.push(...each);
    return error;
  };
  const queries = new Queries({ base: BASE, documentId: () => null, mayQuery }, () =>
    assert.fail("the relay was asked"),
  );
  assert.deepEqual((await refusal(queries, OPEN)).error, error);
  assert.deepEqual(asked, ["ware/house", "select 1"]);
});

test("a query that is closed while the person decides is not sent afterwards", async () => {
  let decide: () => void = () => assert.fail("nobody was asked");
  const decision = new Promise<null>((resolve) => {
    decide = () => resolve(null);
  });
  const methods: (string | undefined)[] = [];
  const fetchRelay: FetchRelay = async (_, { method }) => {
    methods.push(method);
    return new Response();
  };
  const place = { base: BASE, documentId: () => null, mayQuery: () => decision };
  const queries = new Queries(place, fetchRelay);
  const answer = refusal(queries, OPEN);
  await queries.answer({ kind: "close_query", query_id: "q1" });
  decide();
  assert.match((await answer).error.message, /closed/);
  assert.deepEqual(methods, ["DELETE"]);
});

const KEEP = { "x-result-keep": "60", "x-result-person": "ada" };

test("without the relay a query is answered by what was kept, and its age is said", async () => {
  const { queries, keeper } = relay(result(["ab", "c"], KEEP));
  assert.equal(await textToEnd(queries), "abc");
  const [{ origin } = assert.fail("nothing was kept")] = keeper.kept.values();
  assert.deepEqual([origin.person, origin.goodUntil - origin.madeAt], ["ada", 60_000]);
  const part = (await queries.answer(OPEN)) as QueryPart;
  assert.deepEqual([part.age_seconds, part.is_offline], [200, true]);
  assert.equal(new TextDecoder().decode(part.body), "abc");
});

test("with the relay what the page kept answers nothing", async () => {
  const { queries, asked } = relay(result(["old"], KEEP), result(["new"], KEEP));
  await textToEnd(queries);
  assert.equal(await textToEnd(queries), "new");
  assert.equal(asked.length, 2);
  const error = { code: "not_signed_in", message: "Sign in.", hint: "" };
  const refusing = relay(result(["old"], KEEP), Response.json(error, { status: 401 }));
  await textToEnd(refusing.queries);
  assert.equal((await refusal(refusing.queries, OPEN)).error.message, "Sign in.");
});

test("a proxy whose relay is down is no relay", async () => {
  const { queries } = relay(result(["old"], KEEP), new Response("<h1>Bad gateway</h1>", { status: 502 }));
  await textToEnd(queries);
  const part = (await queries.answer(OPEN)) as QueryPart;
  assert.equal(part.is_offline, true);
});

test("without the relay any other query says so, and what works", async () => {
  const { queries } = relay(result(["a"], KEEP));
  await textToEnd(queries);
  const other = { ...OPEN, request: { ...OPEN.request, parameters: { n: 1 } } } as unknown as typeof OPEN;
  const { error } = await refusal(queries, other);
  assert.match(error.message, /cannot be reached, and this browser has kept no result of this query/);
  assert.match(String(error.hint), /Python and its DataFrames go on/);
});

test("without the relay nothing older is given than the cell allows", async () => {
  const { queries } = relay(result(["a"], KEEP));
  await textToEnd(queries);
  const strict = { ...OPEN, request: { ...OPEN.request, max_age_seconds: 60 } } as unknown as typeof OPEN;
  assert.match((await refusal(queries, strict)).error.message, /older than max_age allows/);
  const patient = { ...OPEN, request: { ...OPEN.request, max_age_seconds: 300 } } as unknown as typeof OPEN;
  assert.equal(((await queries.answer(patient)) as QueryPart).is_offline, true);
});

test("what is cut, closed, too large or forbidden is not kept", async () => {
  const cut = relay(result(["ab", new TypeError("network error")], KEEP));
  await cut.queries.answer(OPEN);
  await cut.queries.answer(READ);
  const closed = relay(result(["ab", "c"], KEEP), new Response(null));
  await closed.queries.answer(OPEN);
  await closed.queries.answer({ kind: "close_query", query_id: "q1" });
  const huge = relay(result(new Array(17).fill("x".repeat(1 << 20)), KEEP));
  await textToEnd(huge.queries);
  const forbidden = relay(result(["a"], { ...KEEP, "x-result-keep": "0" }));
  await textToEnd(forbidden.queries);
  const sizes = [cut, closed, huge, forbidden].map(({ keeper }) => keeper.kept.size);
  assert.deepEqual(sizes, [0, 0, 0, 0]);
});

test("the age of a result that the relay had kept is handed on, and counts where it is kept again", async () => {
  const { queries, keeper } = relay(result(["a"], { ...KEEP, "x-result-age": "90.5" }));
  const part = (await queries.answer(OPEN)) as QueryPart;
  assert.deepEqual([part.age_seconds, part.is_offline], [90.5, undefined]);
  if (!part.is_last) await queries.answer(READ);
  const [{ origin } = assert.fail("nothing was kept")] = keeper.kept.values();
  assert.ok(Date.now() - origin.madeAt >= 90_500);
});

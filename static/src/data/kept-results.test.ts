import assert from "node:assert/strict";
import test from "node:test";
import { IDBFactory } from "fake-indexeddb";
import { KeptResults, type Origin, questionOf } from "./kept-results.ts";
import { forgetResults } from "./results-database.ts";

const body = (size: number, fill = 1) => new Uint8Array(size).fill(fill);

function world({ maxBytes = 1000 } = {}) {
  const factory = new IDBFactory();
  const clock = { now: 1_000_000 };
  const results = new KeptResults(
    () => factory,
    () => clock.now,
    maxBytes,
  );
  const origin = (person = "ada"): Origin => ({
    person,
    madeAt: clock.now,
    goodUntil: clock.now + 60_000,
  });
  const keep = (question: string, size = 100, person = "ada") =>
    results.keep(question, origin(person), { body: body(size), more: true });
  const found = async (...questions: string[]) => {
    const seen = await Promise.all(questions.map((question) => results.find(question)));
    return questions.filter((_, index) => seen[index] !== null);
  };
  return { factory, clock, results, keep, found };
}

test("a result is found as it was, with its age", async () => {
  const { clock, results, keep } = world();
  await keep("a", 3);
  clock.now += 30_000;
  assert.deepEqual(await results.find("a"), { body: body(3), more: true, ageSeconds: 30 });
  assert.equal(await results.find("b"), null);
});

test("a result is not used longer than the relay said, nor when the clock was set back", async () => {
  const { clock, keep, found } = world();
  await keep("a");
  clock.now += 60_001;
  assert.deepEqual(await found("a"), []);
  clock.now -= 60_002;
  assert.deepEqual(await found("a"), []);
});

test("the least recently used make room", async () => {
  const { clock, keep, found } = world();
  for (const question of ["a", "b", "c"]) {
    await keep(question, 300);
    clock.now += 1;
  }
  assert.deepEqual(await found("a"), ["a"]);
  clock.now += 1;
  await keep("d", 300);
  assert.deepEqual(await found("a", "b", "c", "d"), ["a", "c", "d"]);
});

test("a newer result takes the place of the older", async () => {
  const { results, keep, clock } = world();
  await keep("a", 900);
  clock.now += 1000;
  await keep("a", 5);
  const kept = await results.find("a");
  assert.deepEqual([kept?.ageSeconds, kept?.body.length], [0, 5]);
});

test("one person's results go when another's come", async () => {
  const { keep, found } = world();
  await keep("a");
  await keep("b", 100, "eve");
  assert.deepEqual(await found("a", "b"), ["b"]);
});

test("signing out leaves nothing, and what comes after it is kept anew", async () => {
  const { factory, keep, found } = world();
  await keep("a");
  await forgetResults(factory);
  assert.deepEqual(await factory.databases(), []);
  assert.deepEqual(await found("a"), []);
  await keep("b");
  assert.deepEqual(await found("a", "b"), ["b"]);
});

test("where the browser stores nothing, nothing is found", async () => {
  const results = new KeptResults(() => {
    throw new Error("storage is forbidden");
  });
  assert.equal(await results.find("a"), null);
  const origin = { person: "ada", madeAt: 0, goodUntil: 1 };
  await assert.rejects(results.keep("a", origin, { body: body(1), more: false }));
});

test("a question is the connection, the SQL, the parameters and what limits the rows", () => {
  const base = { sql: "select 1", parameters: { a: 1, b: 2 } };
  const same = [
    { ...base },
    { sql: "select 1", parameters: { b: 2, a: 1 } },
    { ...base, max_age_seconds: 5, max_seconds: 3, query_id: "x" },
    { ...base, first_rows: null },
  ];
  const others = [
    { ...base, sql: "select  1" },
    { ...base, parameters: { a: 1, b: "2" } },
    { ...base, first_rows: 5 },
    { ...base, max_rows: 5 },
  ];
  assert.equal(new Set(same.map((each) => questionOf(null, "w", each))).size, 1);
  assert.equal(new Set([base, ...others].map((each) => questionOf(null, "w", each))).size, 5);
  assert.notEqual(questionOf(null, "v", base), questionOf(null, "w", base));
  assert.notEqual(questionOf("a notebook", "w", base), questionOf(null, "w", base));
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { fakeSchema } from "./fake-relay.ts";
import { candidatesAt } from "./sql-candidates.ts";
import { sqlOf } from "./sql-dialects.ts";
import { cursorIn } from "./sql-statement.ts";

const SCHEMA = fakeSchema({
  "public.orders": ["id integer", "city_id integer", "Total numeric"],
  "public.cities": ["id integer", "name text"],
  "old.orders": ["number integer"],
});

/** What is offered at the `|` of this SQL, the likeliest first, functions left out. */
function offered(marked: string): string[] {
  const position = marked.indexOf("|");
  const cursor = cursorIn(marked.replace("|", ""), position);
  assert.ok(cursor && "qualifiers" in cursor, "no name can stand there");
  return candidatesAt(cursor, SCHEMA, "postgresql", [])
    .toSorted((one, other) => other.boost - one.boost)
    .map(({ text }) => text);
}

function cursorAt(marked: string) {
  return cursorIn(marked.replace("|", ""), marked.indexOf("|"));
}

test("behind a table's other name come its columns, also when it follows later", () => {
  assert.deepEqual(offered("select o.| from orders o"), ["id", "city_id", '"Total"']);
  assert.deepEqual(offered("select c.na| from orders as o join cities c on c.id = o.city_id"), [
    "id",
    "name",
  ]);
  assert.deepEqual(offered("select Orders.| from orders"), ["id", "city_id", '"Total"']);
});

test("behind a schema come its tables, and behind a table of it the columns", () => {
  assert.deepEqual(offered("select * from old.|"), ["orders"]);
  assert.deepEqual(offered("select old.orders.| from old.orders"), ["number"]);
});

test("columns of the statement's tables come before tables", () => {
  assert.deepEqual(offered("select | from cities").slice(0, 3), ["id", "name", "orders"]);
  assert.deepEqual(offered("select x from orders o where |").slice(0, 4), ["id", "city_id", '"Total"', "o"]);
});

test("behind FROM and in its list only tables, schemas and names of WITH are offered", () => {
  const tables = ["orders", "cities", "old.orders", "public", "old"];
  assert.deepEqual(offered("select * from |"), tables);
  assert.deepEqual(offered("select * from cities c, |"), tables);
  assert.equal(offered("with recent as (select 1) select * from |")[0], "recent");
});

test("another statement's tables are not this one's", () => {
  assert.deepEqual(offered("select * from cities; select | from old.orders; select 1")[0], "number");
});

test("no name is offered in a text, a comment or a number", () => {
  for (const sql of [
    "select 'a|'",
    "select 1 -- the |",
    "select /* a| */ 1",
    'select "Tot|al"',
    "select 12|",
  ])
    assert.equal(cursorAt(sql), null, sql);
  assert.notEqual(cursorAt("select 'a' |"), null);
  assert.deepEqual(offered("select 'it''s; from x', | from cities").slice(0, 2), ["id", "name"]);
});

test("behind a colon stands a parameter, behind two a type", () => {
  assert.deepEqual(cursorAt("select * from cities where name = :ci|"), { parameter: "ci", from: 35 });
  assert.deepEqual(cursorAt("where name = :|"), { parameter: "", from: 14 });
  const cast = cursorAt("select id::te|");
  assert.ok(cast && "prefix" in cast && cast.prefix === "te");
});

test("each engine has its own functions, and all have the common ones", () => {
  assert.ok(sqlOf("sqlite").functions.includes("strftime"));
  assert.ok(sqlOf("mysql").functions.includes("date_format"));
  assert.ok(!sqlOf("postgresql").functions.includes("date_format"));
  for (const engine of ["postgresql", "mysql", "sqlite", "duckdb", null] as const)
    assert.ok(sqlOf(engine).functions.includes("coalesce"));
});

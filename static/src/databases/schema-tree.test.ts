import assert from "node:assert/strict";
import { test } from "node:test";
import { FAKE_CONNECTION, fakeSchema } from "./fake-relay.ts";
import { idOf, type TreeParts, treeRows } from "./schema-tree.ts";
import { selectStatement, tableName } from "./sql-names.ts";

const ONE = fakeSchema({ "public.orders": ["id integer", "city text"], "public.cities": ["id integer"] });
const TWO = fakeSchema({ "public.orders": ["id integer"], "old.orders": ["id integer"] });

function labels(schema: typeof ONE | null, given: Partial<TreeParts> = {}): string[] {
  const parts = {
    connections: [FAKE_CONNECTION],
    schemaOf: () => ({ schema, note: schema ? "" : "Reading the schema…" }),
    expanded: new Set<string>(),
    filter: "",
    ...given,
  };
  return treeRows(parts).map(({ level, label }) => `${"-".repeat(level)}${label}`);
}

test("only what is open shows, and one schema is no level of its own", () => {
  assert.deepEqual(labels(ONE), ["-shop"]);
  const expanded = new Set([idOf("shop"), idOf("shop", "public", "orders")]);
  assert.deepEqual(labels(ONE, { expanded }), ["-shop", "--orders", "---id", "---city", "--cities"]);
  assert.deepEqual(labels(TWO, { expanded }), ["-shop", "--public", "--old"]);
});

test("a connection whose schema is not here says why", () => {
  assert.deepEqual(labels(null, { expanded: new Set([idOf("shop")]) }), ["-shop", "--Reading the schema…"]);
});

test("a filter opens the way to a column, and not a table of that name", () => {
  assert.deepEqual(labels(ONE, { filter: "CITY" }), ["-shop", "--orders", "---city"]);
  assert.deepEqual(labels(ONE, { filter: "cit" }), ["-shop", "--orders", "---city", "--cities"]);
  assert.deepEqual(labels(ONE, { filter: "nothing" }), []);
});

test("a large schema is cut, and says so", () => {
  const many = fakeSchema(
    Object.fromEntries(Array.from({ length: 1500 }, (_, n) => [`public.t${n}`, ["id integer"]])),
  );
  const rows = labels(many, { expanded: new Set([idOf("shop")]) });
  assert.equal(rows.length, 1001);
  assert.equal(rows.at(-1), "-501 more: filter to find them");
});

test("names are quoted where an engine would take them for something else", () => {
  const [odd] = fakeSchema({ "old.Order": ["id integer", "User text"] }).tables;
  assert.equal(tableName(odd!, "postgresql"), 'old."Order"');
  assert.equal(tableName(odd!, "mysql"), "old.`Order`");
  assert.equal(tableName({ schema: "public", name: "user" }, "postgresql"), '"user"');
  assert.equal(selectStatement(odd!, "sqlite"), 'select\n  id,\n  "User"\nfrom old."Order"\nlimit 100');
});

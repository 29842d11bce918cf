/** The SQL that is written for what was chosen: how it reads, and that no value ends its literal. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fakeSchema } from "../fake-relay.ts";
import { buildSql, filterProblem } from "./build-sql.ts";
import { type BuiltQuery, emptyQuery, type Field, type Filter, withoutJoin } from "./query.ts";
import { relationsOf } from "./relations.ts";

const ORDERS = { schema: "public", name: "orders" };
const CITIES = { schema: "public", name: "cities" };
const CITY = { table: CITIES, on: [{ own: "id", source: 0, column: "city_id" }], isOptional: false };

const column = (name: string, source = 0): Field => ({ source, column: name, aggregate: null });
const figure = (aggregate: Field["aggregate"], name: string | null, source = 0): Field => ({
  ...{ source, column: name, aggregate },
});
const built = (query: Partial<BuiltQuery>): BuiltQuery => ({ ...emptyQuery(ORDERS), ...query });
const filter = (given: Partial<Filter>): Filter => ({
  ...{ field: column("city"), kind: "text", test: "is", values: ["Bern"] },
  ...given,
});
const where = (given: Partial<Filter>, engine: Parameters<typeof buildSql>[1] = "postgresql") =>
  buildSql(built({ filters: [filter(given)], limit: null }), engine).split("where ")[1] ?? "";

test("a table alone is all its columns and the first rows", () => {
  assert.equal(buildSql(built({}), "postgresql"), "select *\nfrom orders\nlimit 100");
  assert.equal(
    buildSql(built({ limit: null, fields: [column("id")] }), "postgresql"),
    "select id\nfrom orders",
  );
});

test("joins, filters, groups and order are a clause a line", () => {
  const query = built({
    joins: [CITY],
    fields: [column("name", 1), figure("count", null), figure("sum", "amount")],
    filters: [
      filter({ field: column("ordered"), kind: "date", test: "at_least", values: ["2026-01-01"] }),
      filter({ field: column("country", 1), values: ["Côte d'Ivoire"] }),
      filter({ field: figure("count", null), kind: "number", test: "more", values: ["10"] }),
    ],
    sorts: [
      { field: figure("sum", "amount"), isDescending: true },
      { field: column("name", 1), isDescending: false },
    ],
  });
  assert.equal(
    buildSql(query, "postgresql"),
    `select
  cities.name,
  count(*) as row_count,
  sum(orders.amount) as sum_amount
from orders
join cities on cities.id = orders.city_id
where orders.ordered >= date '2026-01-01'
  and cities.country = 'Côte d''Ivoire'
group by cities.name
having count(*) > 10
order by sum_amount desc, cities.name
limit 100`,
  );
});

test("a table that is there twice, and columns of one name, get names of their own", () => {
  const query = built({
    joins: [
      CITY,
      { table: CITIES, on: [{ own: "id", source: 0, column: "from_city_id" }], isOptional: true },
    ],
    fields: [column("id"), column("id", 1), column("name", 1), column("name", 2)],
    limit: null,
  });
  assert.equal(
    buildSql(query, "postgresql"),
    `select
  orders.id,
  cities.id as cities_id,
  cities.name,
  from_city.name as from_city_name
from orders
join cities on cities.id = orders.city_id
left join cities as from_city on from_city.id = orders.from_city_id`,
  );
});

test("names are quoted where the engine needs it, in its own quotes", () => {
  const query = built({ table: { schema: "Old", name: "order" }, fields: [column("Total"), column("name")] });
  assert.equal(buildSql(query, "duckdb"), 'select\n  "Total",\n  name\nfrom "Old"."order"\nlimit 100');
  assert.equal(buildSql(query, "mysql"), "select\n  `Total`,\n  name\nfrom `Old`.`order`\nlimit 100");
});

test("a value is a literal of its kind, or a variable of Python", () => {
  assert.equal(
    where({ field: column("n"), kind: "number", test: "between", values: ["-1.5", "+2e3"] }),
    "n between -1.5 and 2e3",
  );
  assert.equal(
    where({ kind: "timestamp", test: "less", values: ["2026-11-21 18:30"] }),
    "city < timestamp '2026-11-21 18:30:00'",
  );
  assert.equal(where({ kind: "date", values: ["2026-11-21"] }, "sqlite"), "city = '2026-11-21'");
  assert.equal(
    where({ test: "one_of", values: ["Bern, Zürich,,:more"] }),
    "city in ('Bern', 'Zürich', :more)",
  );
  assert.equal(where({ values: [" :town "] }), "city = :town");
  assert.equal(where({ test: "begins", values: [":head"] }, "mysql"), "city like concat(:head, '%')");
  assert.equal(where({ test: "contains", values: [":part"] }, "sqlite"), "city like '%' || :part || '%'");
});

test("no value ends its literal or is a pattern unasked", () => {
  assert.equal(where({ values: ["'; drop table t --"] }), "city = '''; drop table t --'");
  assert.equal(where({ values: ["\\' or 1=1 -- "] }, "mysql"), "city = '\\\\'' or 1=1 -- '");
  assert.equal(where({ test: "contains", values: ["50%_!"] }), "city ilike '%50!%!_!!%' escape '!'");
  assert.equal(where({ test: "contains", values: ["a!"] }), "city ilike '%a!!%' escape '!'");
});

test("a filter without a value that fits is left out, and says why", () => {
  const wrong: [Partial<Filter>, RegExp][] = [
    [{ values: [""] }, /^Needs a value/],
    [{ kind: "number", values: ["1; drop"] }, /^Expected a number/],
    [{ kind: "date", values: ["2026-02-30"] }, /^Expected a date/],
    [{ kind: "timestamp", values: ["2026-02-01 25:00"] }, /^Expected a date/],
    [{ kind: "number", test: "between", values: ["1", ""] }, /^Needs a value/],
    [{ test: "one_of", values: [" , "] }, /^Needs a value/],
    [{ values: ["a\0b"] }, /character 0/],
  ];
  for (const [given, words] of wrong) {
    assert.match(filterProblem(filter(given)), words);
    assert.equal(where(given), "");
  }
});

test("an order by what is no longer shown goes with it", () => {
  const query = built({
    fields: [column("city"), figure("count", null)],
    sorts: [{ field: column("amount"), isDescending: false }],
  });
  assert.doesNotMatch(buildSql(query, "sqlite"), /order by/);
});

const SCHEMA = fakeSchema({
  "public.orders": ["id integer", "city_id integer", "from_city_id integer"],
  "public.cities": ["id integer", "country_id integer"],
  "public.countries": ["id integer"],
});
const references: Record<string, string> = {
  city_id: "public.cities.id",
  from_city_id: "public.cities.id",
  country_id: "public.countries.id",
};
for (const table of SCHEMA.tables)
  for (const each of table.columns) each.references = references[each.name] ?? "";

test("joins are offered along keys, both ways, and not back", () => {
  const names = (query: BuiltQuery) =>
    relationsOf(query, SCHEMA).map(({ join, by }) => `${join.table.name} ${by} ${join.on[0]!.source}`);
  assert.deepEqual(names(built({})), ["cities city_id 0", "cities from_city_id 0"]);
  assert.deepEqual(names(built({ table: CITIES })), [
    "countries country_id 0",
    "orders city_id 0",
    "orders from_city_id 0",
  ]);
  const [first] = relationsOf(built({}), SCHEMA);
  assert.deepEqual(names(built({ joins: [first!.join] })), [
    "cities from_city_id 0",
    "countries country_id 1",
    "orders from_city_id 1",
  ]);
});

test("a join that goes takes with it what hangs on it", () => {
  const country = {
    table: { schema: "public", name: "countries" },
    on: [{ own: "id", source: 1, column: "country_id" }],
    isOptional: false,
  };
  const other = { ...CITY, on: [{ own: "id", source: 0, column: "from_city_id" }] };
  const query = built({
    joins: [CITY, country, other],
    fields: [column("id"), column("id", 2), column("id", 3)],
  });
  assert.deepEqual(withoutJoin(query, 0), built({ joins: [other], fields: [column("id"), column("id", 1)] }));
});

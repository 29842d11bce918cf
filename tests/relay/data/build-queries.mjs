// Writes the SQL of queries as the page's query builder does: those that are given, or such as chance chooses among all
// that the builder offers. On stdin: {"builder": its folder, "engine"} and {"queries"} or {"schema": a DatabaseSchema,
// "seed", "count"}; on stdout a JSON list of SQL.
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

const { builder, engine, queries, schema, seed, count } = JSON.parse(await text(process.stdin));
const load = (name) => import(pathToFileURL(`${builder}/${name}.ts`));
const { buildSql } = await load("build-sql");
const { emptyQuery, pruned, isGrouped } = await load("query");
const { relationsOf, tablesOf } = await load("relations");
const { aggregatesOf, kindOf, kindOfFigure, testsOf } = await load("value-kinds");

// Mulberry32: small, and the same everywhere.
let state = seed;
function chance() {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}
const below = (limit) => Math.floor(chance() * limit);
const oneOf = (list) => list[below(list.length)];

const VALUES = {
  number: ["0", "-1.5", "+2e3", "12"],
  text: ["", "O'Brien", "\\' or 1=1 -- ", "50%_!", "a, b'c", "Zürich 😀", "\"`]", "x\\"],
  date: ["2026-11-21", "1970-01-01"],
  timestamp: ["2026-11-21", "2026-11-21 18:30", "2026-11-21 18:30:15.25"],
  word: ["small", "large"],
  boolean: [""],
  other: [""],
};
// An enum or a UUID takes only what is one.
const WORDS = { uuid: ["00000000-0000-0000-0000-000000000001"] };

function columnsOf(query) {
  return tablesOf(query, schema).flatMap((table, source) =>
    table.columns.map(({ name, type }) => ({ field: { source, column: name, aggregate: null }, type })),
  );
}

function filterOf({ field, type }, aggregate) {
  const kind = kindOfFigure(aggregate, kindOf(type, engine));
  const value = () => oneOf(WORDS[type.toLowerCase()] ?? VALUES[kind]);
  const test = oneOf(testsOf(kind));
  return { field: { ...field, aggregate }, kind, test, values: [value(), value()] };
}

function chosen() {
  const { schema: space, name } = oneOf(schema.tables);
  let query = emptyQuery({ schema: space, name });
  for (let joins = below(3); joins > 0; joins--) {
    const relations = relationsOf(query, schema);
    if (relations.length === 0) break;
    const { join } = oneOf(relations);
    query = { ...query, joins: [...query.joins, { ...join, isOptional: chance() < 0.5 }] };
  }
  const columns = columnsOf(query);
  const shown = columns.filter(() => chance() < 0.4);
  const figures = chance() < 0.5;
  query.fields = shown.map(({ field, type }) => ({
    ...field,
    aggregate: figures && chance() < 0.5 ? oneOf(aggregatesOf(kindOf(type, engine))) : null,
  }));
  if (figures) query.fields.push({ source: 0, column: null, aggregate: "count" });
  query.filters = columns.filter(() => chance() < 0.25).map((each) => filterOf(each, null));
  for (const [index, each] of shown.entries())
    if (query.fields[index].aggregate && chance() < 0.5) query.filters.push(filterOf(each, query.fields[index].aggregate));
  const sortable = isGrouped(query) ? query.fields : columns.map(({ field }) => field);
  query.sorts = sortable.filter(() => chance() < 0.3).map((field) => ({ field, isDescending: chance() < 0.5 }));
  query.limit = chance() < 0.2 ? null : below(50);
  return pruned(query);
}

const wanted = queries ?? Array.from({ length: count }, chosen);
process.stdout.write(JSON.stringify(wanted.map((query) => buildSql(query, engine))));

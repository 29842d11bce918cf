/** The builder's words for what SQL has signs for. */
import type { DatabaseSchema } from "../../contracts/generated-databases.ts";
import type { Aggregate, BuiltQuery, Field, Test, ValueKind } from "./query.ts";
import type { Relation } from "./relations.ts";

export const TEST_WORDS: Record<Test, string> = {
  is: "is",
  is_not: "is not",
  less: "is less than",
  at_most: "is at most",
  more: "is more than",
  at_least: "is at least",
  between: "is between",
  one_of: "is one of",
  contains: "contains",
  begins: "begins with",
  ends: "ends with",
  true: "is true",
  false: "is false",
  missing: "has no value",
  present: "has a value",
};

const OF_TIMES: Partial<Record<Test, string>> = {
  less: "is before",
  at_most: "is until",
  more: "is after",
  at_least: "is from",
};

export function testWords(test: Test, kind: ValueKind): string {
  const isTime = kind === "date" || kind === "timestamp";
  return (isTime && OF_TIMES[test]) || TEST_WORDS[test];
}

export const AGGREGATE_WORDS: Record<Aggregate, string> = {
  count: "how many",
  distinct: "how many different",
  sum: "sum",
  avg: "average",
  min: "least",
  max: "greatest",
};

/** "price", "sum of price", "number of rows"; with the table where there are several. */
export function fieldWords({ column, aggregate, source }: Field, query: BuiltQuery): string {
  if (column === null) return "number of rows";
  const table = source === 0 ? query.table : query.joins[source - 1]!.table;
  const name = query.joins.length === 0 ? column : `${table.name}.${column}`;
  return aggregate === null ? name : `${AGGREGATE_WORDS[aggregate]} of ${name}`;
}

/** "cities, by city_id", "order_lines, each with this order_id". */
export function relationWords({ join, by, isToOne }: Relation, schema: DatabaseSchema): string {
  const names = schema.tables.filter(({ name }) => name === join.table.name);
  const table = names.length > 1 ? `${join.table.schema}.${join.table.name}` : join.table.name;
  return isToOne ? `${table}, by ${by.join(" and ")}` : `${table}, whose ${by.join(" and ")} points here`;
}

export const PLACEHOLDERS: Partial<Record<ValueKind, string>> = {
  number: "12.5",
  date: "2026-11-21",
  timestamp: "2026-11-21 18:30",
};

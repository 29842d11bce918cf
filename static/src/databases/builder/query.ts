/** A query as people put it together: plain values, from which SQL is written. */

/** Those whose SQL is known here: a test runs what is written on each. */
export type BuilderEngine = "postgresql" | "mysql" | "sqlite" | "duckdb";

export interface TablePlace {
  schema: string;
  name: string;
}

/** What a column holds, as far as it matters for what can be asked of it. */
export type ValueKind = "number" | "text" | "date" | "timestamp" | "boolean" | "word" | "other";

export type Aggregate = "count" | "distinct" | "sum" | "avg" | "min" | "max";

/** A column of one of the tables, or a figure of the rows with the same values in the other columns. */
export interface Field {
  /** 0 is the table that the query begins with; the others are its joins, from 1. */
  source: number;
  /** null: the rows themselves, which can only be counted. */
  column: string | null;
  aggregate: Aggregate | null;
}

export interface Join {
  table: TablePlace;
  /** Columns of the joined table, and what they are equal to. */
  on: { own: string; source: number; column: string }[];
  /** Rows without a partner stay. */
  isOptional: boolean;
}

export type Test =
  | "is"
  | "is_not"
  | "less"
  | "at_most"
  | "more"
  | "at_least"
  | "between"
  | "one_of"
  | "contains"
  | "begins"
  | "ends"
  | "true"
  | "false"
  | "missing"
  | "present";

export interface Filter {
  field: Field;
  kind: ValueKind;
  test: Test;
  /** As they were typed; `:name` is a variable of Python. */
  values: string[];
}

export interface Sort {
  field: Field;
  isDescending: boolean;
}

export interface BuiltQuery {
  table: TablePlace;
  joins: Join[];
  /** None: all columns. */
  fields: Field[];
  filters: Filter[];
  sorts: Sort[];
  limit: number | null;
}

export function emptyQuery(table: TablePlace): BuiltQuery {
  return { table, joins: [], fields: [], filters: [], sorts: [], limit: 100 };
}

export function isSameField(one: Field, other: Field): boolean {
  return one.source === other.source && one.column === other.column && one.aggregate === other.aggregate;
}

/** Whether the rows are put together by equal values. */
export function isGrouped({ fields }: BuiltQuery): boolean {
  return fields.some(({ aggregate }) => aggregate !== null);
}

/** Without what it no longer has: a sort by a figure that is not shown, or by a column that is not grouped by. */
export function pruned(query: BuiltQuery): BuiltQuery {
  const { fields } = query;
  const isShown = (field: Field) => fields.some((each) => isSameField(each, field));
  const canSort = (field: Field) => isShown(field) || (!isGrouped(query) && field.aggregate === null);
  return { ...query, sorts: query.sorts.filter(({ field }) => canSort(field)) };
}

/** Without a join, those that hang on it, and all that is said of their columns. */
export function withoutJoin(query: BuiltQuery, index: number): BuiltQuery {
  const gone = new Set([index + 1]);
  for (const [at, { on }] of query.joins.entries())
    if (on.some(({ source }) => gone.has(source))) gone.add(at + 1);
  const places = new Map<number, number>([[0, 0]]);
  for (const at of query.joins.keys()) if (!gone.has(at + 1)) places.set(at + 1, places.size);
  const moved = <Part extends { source: number }>(part: Part): Part => ({
    ...part,
    source: places.get(part.source)!,
  });
  const stays = ({ source }: { source: number }) => !gone.has(source);
  return pruned({
    ...query,
    joins: query.joins
      .filter((_, at) => !gone.has(at + 1))
      .map((join) => ({ ...join, on: join.on.map(moved) })),
    fields: query.fields.filter(stays).map(moved),
    filters: query.filters
      .filter(({ field }) => stays(field))
      .map((filter) => ({ ...filter, field: moved(filter.field) })),
    sorts: query.sorts
      .filter(({ field }) => stays(field))
      .map((sort) => ({ ...sort, field: moved(sort.field) })),
  });
}

/** Which tables can be joined to a query: along the foreign keys of its tables, in either direction. */
import type { DatabaseSchema, TableInfo } from "../../contracts/generated-databases.ts";
import type { BuiltQuery, Join, TablePlace } from "./query.ts";

export interface Relation {
  join: Join;
  /** The columns that hold the key. */
  by: string[];
  /** Each row has at most one partner there. */
  isToOne: boolean;
}

export function tableAt(schema: DatabaseSchema, { schema: space, name }: TablePlace): TableInfo | undefined {
  return schema.tables.find((table) => table.schema === space && table.name === name);
}

/** The tables of a query, by their source. */
export function tablesOf(query: BuiltQuery, schema: DatabaseSchema): (TableInfo | undefined)[] {
  return [query.table, ...query.joins.map(({ table }) => table)].map((place) => tableAt(schema, place));
}

export function relationsOf(query: BuiltQuery, schema: DatabaseSchema): Relation[] {
  const found = tablesOf(query, schema).flatMap((table, source) =>
    table ? [...outgoing(table, source, schema), ...incoming(table, source, schema)] : [],
  );
  return found.filter(
    ({ join }) => !query.joins.some((made) => isSame(made, join)) && !isWayBack(query, join),
  );
}

/** Keys of this table that point at another. */
function outgoing(table: TableInfo, source: number, schema: DatabaseSchema): Relation[] {
  return keysOf(table, schema).map(({ target, pairs }) => ({
    join: {
      table: placeOf(target),
      on: pairs.map(([column, own]) => ({ own, source, column })),
      isOptional: pairs.some(([name]) => table.columns.find((column) => column.name === name)?.nullable),
    },
    by: pairs.map(([column]) => column),
    isToOne: true,
  }));
}

/** Keys of others that point at this table. */
function incoming(table: TableInfo, source: number, schema: DatabaseSchema): Relation[] {
  return schema.tables.flatMap((other) =>
    keysOf(other, schema)
      .filter(({ target }) => target === table)
      .map(({ pairs }) => ({
        join: {
          table: placeOf(other),
          on: pairs.map(([own, column]) => ({ own, source, column })),
          isOptional: false,
        },
        by: pairs.map(([own]) => own),
        isToOne: false,
      })),
  );
}

/** A table's foreign keys. Columns that point at different columns of one table are one key. */
function keysOf(
  table: TableInfo,
  schema: DatabaseSchema,
): { target: TableInfo; pairs: [string, string][] }[] {
  const byTarget = new Map<TableInfo, [string, string][]>();
  for (const { name, references } of table.columns) {
    const found = references ? columnAt(references, schema) : null;
    if (found) byTarget.set(found.table, [...(byTarget.get(found.table) ?? []), [name, found.column]]);
  }
  return [...byTarget].flatMap(([target, pairs]) => {
    const isOne = new Set(pairs.map(([, column]) => column)).size === pairs.length;
    return isOne ? [{ target, pairs }] : pairs.map((pair) => ({ target, pairs: [pair] }));
  });
}

/** A path may hold dots of its own, so it is compared and not taken apart. */
function columnAt(path: string, schema: DatabaseSchema): { table: TableInfo; column: string } | null {
  for (const table of schema.tables) {
    const head = `${table.schema}.${table.name}.`;
    const column = path.startsWith(head) && table.columns.find(({ name }) => head + name === path);
    if (column) return { table, column: column.name };
  }
  return null;
}

function placeOf({ schema, name }: TableInfo): TablePlace {
  return { schema, name };
}

function isSame(one: Join, other: Join): boolean {
  return (
    one.table.name === other.table.name &&
    one.table.schema === other.table.schema &&
    JSON.stringify(one.on) === JSON.stringify(other.on)
  );
}

/** The same key, walked back to where the query came from. */
function isWayBack({ table, joins }: BuiltQuery, { table: target, on }: Join): boolean {
  const source = on[0]!.source;
  const made = joins[source - 1];
  if (!made) return false;
  const origin = made.on[0]!.source === 0 ? table : joins[made.on[0]!.source - 1]!.table;
  return (
    origin.name === target.name &&
    origin.schema === target.schema &&
    on.every((pair) => made.on.some((each) => each.own === pair.column && each.column === pair.own))
  );
}

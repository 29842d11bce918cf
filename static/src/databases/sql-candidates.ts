/** What can stand at a cursor in SQL, the likeliest first: columns of the statement's tables, tables, schemas, functions. */
import type { ConnectionInfo, DatabaseSchema, TableInfo } from "../contracts/generated-databases.ts";
import { tableDetail } from "./schema-tree.ts";
import { quoted, tableName } from "./sql-names.ts";
import type { SqlCursor, TableUse } from "./sql-statement.ts";

type Engine = ConnectionInfo["engine"];

export interface SqlCandidate {
  label: string;
  /** What is written for it. */
  text: string;
  kind: "column" | "table" | "schema" | "function" | "alias";
  detail: string;
  info: string;
  /** Among equally good matches; up to 99. */
  boost: number;
}

export function candidatesAt(
  cursor: SqlCursor,
  schema: DatabaseSchema | null,
  engine: Engine,
  functions: readonly string[],
): SqlCandidate[] {
  const tables = schema?.tables ?? [];
  if (cursor.qualifiers.length > 0) return behind(cursor.qualifiers, cursor.tables, tables, engine);
  const used = cursor.tables.flatMap((use) => {
    const table = tableOf(use.path, tables);
    return table ? [{ use, table }] : [];
  });
  const columns = used.flatMap(({ use, table }) => columnsOf(table, engine, use.alias, 60));
  const aliases = cursor.tables
    .filter(({ alias, path }) => alias !== path.at(-1))
    .map(({ alias, path }) => candidate(alias, quoted(alias, engine), "alias", path.join("."), 40));
  const names = cursor.withNames.map((name) => candidate(name, quoted(name, engine), "table", "with", 50));
  const all = tables.map((table) => tableCandidate(table, tableName(table, engine)));
  const schemas = [...new Set(tables.map((table) => table.schema))].map((name) =>
    candidate(name, quoted(name, engine), "schema", "schema", 0),
  );
  const calls = functions.map((name) => candidate(name, `${name}()`, "function", "", -10));
  return cursor.wantsTable
    ? [...names, ...all, ...schemas]
    : [...columns, ...aliases, ...names, ...all, ...schemas, ...calls];
}

/** Behind `o.`, `orders.`, `shop.` or `shop.orders.`. */
function behind(
  qualifiers: readonly string[],
  uses: readonly TableUse[],
  tables: readonly TableInfo[],
  engine: Engine,
): SqlCandidate[] {
  const [name] = qualifiers;
  const use = qualifiers.length === 1 ? uses.find(({ alias }) => isSame(alias, name)) : undefined;
  const table = tableOf(use?.path ?? qualifiers, tables);
  if (table) return columnsOf(table, engine, "", 0);
  if (qualifiers.length > 1) return [];
  return tables
    .filter((each) => isSame(each.schema, name))
    .map((each) => tableCandidate(each, quoted(each.name, engine)));
}

function tableOf(path: readonly string[], tables: readonly TableInfo[]): TableInfo | undefined {
  const [name, schema] = path.toReversed();
  return tables.find((table) => isSame(table.name, name) && (!schema || isSame(table.schema, schema)));
}

function columnsOf(table: TableInfo, engine: Engine, alias: string, boost: number): SqlCandidate[] {
  return table.columns.map(({ name, type, comment, references }) => ({
    ...candidate(
      name,
      quoted(name, engine),
      "column",
      [type.toLowerCase(), alias].filter(Boolean).join("  "),
      boost,
    ),
    info: [comment, references && `References ${references}`].filter(Boolean).join("\n"),
  }));
}

function tableCandidate(table: TableInfo, text: string): SqlCandidate {
  return { ...candidate(table.name, text, "table", tableDetail(table), 20), info: table.comment ?? "" };
}

function candidate(
  label: string,
  text: string,
  kind: SqlCandidate["kind"],
  detail: string,
  boost: number,
): SqlCandidate {
  return { label, text, kind, detail, info: "", boost };
}

/** Unquoted names are the same in any case, and nobody has two that differ in it alone. */
function isSame(one: string, other: string | undefined): boolean {
  return one.toLowerCase() === other?.toLowerCase();
}

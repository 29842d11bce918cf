/** Names as a statement writes them, and the statements that the schema browser begins. */
import type { ConnectionInfo, TableInfo } from "../contracts/generated-databases.ts";
import { reservedWords } from "./sql-reserved.ts";

type Engine = ConnectionInfo["engine"];

/** Where a schema goes without saying. */
const USUAL_SCHEMA: Partial<Record<Engine, string>> = {
  postgresql: "public",
  redshift: "public",
  sqlite: "main",
  duckdb: "main",
};

/** As it is when it can be, else in the engine's quotes. */
export function quoted(name: string, engine: Engine): string {
  // A name without quotes is folded: to capitals by Snowflake, elsewhere to lower case or not at all.
  const plain = engine === "snowflake" ? /^[A-Z_][A-Z0-9_]*$/ : /^[a-z_][a-z0-9_]*$/;
  if (plain.test(name) && !reservedWords(engine).has(name.toLowerCase())) return name;
  const mark = engine === "mysql" || engine === "bigquery" ? "`" : '"';
  return mark + name.replaceAll(mark, mark + mark) + mark;
}

export function tableName({ schema, name }: Pick<TableInfo, "schema" | "name">, engine: Engine): string {
  const table = quoted(name, engine);
  return schema === USUAL_SCHEMA[engine] ? table : `${quoted(schema, engine)}.${table}`;
}

/** `select … from … limit 100`, each column on a line of its own when there are several. */
export function selectStatement(table: TableInfo, engine: Engine): string {
  const columns = table.columns.map(({ name }) => quoted(name, engine));
  const list = columns.length < 2 ? ` ${columns[0] ?? "*"}` : `\n  ${columns.join(",\n  ")}`;
  return `select${list}\nfrom ${tableName(table, engine)}\nlimit 100`;
}

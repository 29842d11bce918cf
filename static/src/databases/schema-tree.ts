/** Connections, schemas, tables and columns as the rows of a tree: which ones show, and what they say. */
import type {
  ColumnInfo,
  ConnectionInfo,
  DatabaseSchema,
  TableInfo,
} from "../contracts/generated-databases.ts";

interface NodeBase {
  id: string;
  /** From 1. */
  level: number;
  label: string;
  /** What stands behind the label. */
  detail: string;
  isExpanded: boolean | null;
  parentId: string | null;
  position: number;
  siblings: number;
  connection: string;
}

export type TreeNode = NodeBase &
  (
    | { kind: "connection"; info: ConnectionInfo }
    | { kind: "schema"; schema: string }
    | { kind: "table"; table: TableInfo }
    | { kind: "column"; table: TableInfo; column: ColumnInfo }
    | { kind: "note" }
  );

export interface TreeParts {
  connections: readonly ConnectionInfo[];
  /** null while a schema is not here; `note` says why. */
  schemaOf(connection: string): { schema: DatabaseSchema | null; note: string };
  expanded: ReadonlySet<string>;
  filter: string;
}

/** More rows than this nobody reads: a filter finds the rest. */
const MOST_ROWS = 1000;

export function treeRows(parts: TreeParts): TreeNode[] {
  const words = parts.filter.trim().toLowerCase();
  const rows: TreeNode[] = [];
  for (const [index, info] of parts.connections.entries()) {
    const id = idOf(info.name);
    const { schema, note } = parts.schemaOf(info.name);
    const tables = (schema?.tables ?? []).filter((table) => fits(table, words));
    if (words !== "" && tables.length === 0 && !info.name.toLowerCase().includes(words)) continue;
    const isExpanded = parts.expanded.has(id) || (words !== "" && tables.length > 0);
    rows.push({
      ...{ kind: "connection", id, level: 1, label: info.name, detail: ENGINES[info.engine] },
      ...{ isExpanded, parentId: null, position: index + 1, siblings: parts.connections.length },
      ...{ connection: info.name, info },
    });
    if (!isExpanded) continue;
    if (note !== "") rows.push(noteRow(info.name, note));
    if (schema) rows.push(...schemaRows(info.name, tables, parts, words));
  }
  return rows.length <= MOST_ROWS ? rows : [...rows.slice(0, MOST_ROWS), moreRow(rows.length - MOST_ROWS)];
}

/** Schemas are a level of their own only where there are several. */
function schemaRows(
  connection: string,
  tables: readonly TableInfo[],
  parts: TreeParts,
  words: string,
): TreeNode[] {
  const names = [...new Set(tables.map(({ schema }) => schema))];
  if (names.length < 2) return tableRows(connection, idOf(connection), tables, 2, parts, words);
  return names.flatMap((schema, index) => {
    const id = idOf(connection, schema);
    const own = tables.filter((table) => table.schema === schema);
    const isExpanded = words !== "" || parts.expanded.has(id);
    const row: TreeNode = {
      ...{ kind: "schema", id, level: 2, label: schema, detail: counted(own.length, "table") },
      ...{ isExpanded, parentId: idOf(connection), position: index + 1, siblings: names.length },
      ...{ connection, schema },
    };
    return isExpanded ? [row, ...tableRows(connection, id, own, 3, parts, words)] : [row];
  });
}

function tableRows(
  connection: string,
  parentId: string,
  tables: readonly TableInfo[],
  level: number,
  parts: TreeParts,
  words: string,
): TreeNode[] {
  return tables.flatMap((table, index) => {
    const id = idOf(connection, table.schema, table.name);
    const columns = table.columns.filter((column) => columnFits(column, words));
    // A table that was found by its own name opens when it is told to.
    const isFoundInside = words !== "" && columns.length > 0 && !names(table, words);
    const isExpanded = parts.expanded.has(id) || isFoundInside;
    const row: TreeNode = {
      ...{ kind: "table", id, level, label: table.name, detail: tableDetail(table) },
      ...{ isExpanded, parentId, position: index + 1, siblings: tables.length, connection, table },
    };
    if (!isExpanded) return [row];
    const shown = isFoundInside ? columns : table.columns;
    return [
      row,
      ...shown.map(
        (column, at): TreeNode => ({
          ...{ kind: "column", id: idOf(connection, table.schema, table.name, column.name) },
          ...{ level: level + 1, label: column.name, detail: column.type.toLowerCase() },
          ...{ isExpanded: null, parentId: id, position: at + 1, siblings: shown.length },
          ...{ connection, table, column },
        }),
      ),
    ];
  });
}

/** "≈ 12,000 rows", "view". */
export function tableDetail({ kind, row_estimate }: TableInfo): string {
  if (kind === "view") return "view";
  if (row_estimate === undefined || row_estimate === null) return "";
  return `≈ ${row_estimate.toLocaleString("en")} ${row_estimate === 1 ? "row" : "rows"}`;
}

export function counted(count: number, what: string): string {
  return `${count.toLocaleString("en")} ${count === 1 ? what : `${what}s`}`;
}

export const ENGINES: Record<ConnectionInfo["engine"], string> = {
  postgresql: "PostgreSQL",
  mysql: "MySQL",
  sqlite: "SQLite",
  duckdb: "DuckDB",
  redshift: "Redshift",
  flightsql: "Flight SQL",
  snowflake: "Snowflake",
  bigquery: "BigQuery",
  adbc: "ADBC",
};

/** Names may hold any character, so they are written so that no two paths are alike. */
export function idOf(...path: string[]): string {
  return JSON.stringify(path);
}

function fits(table: TableInfo, words: string): boolean {
  return words === "" || names(table, words) || table.columns.some((column) => columnFits(column, words));
}

function names({ schema, name, comment }: TableInfo, words: string): boolean {
  return `${schema}.${name}\n${comment ?? ""}`.toLowerCase().includes(words);
}

function columnFits({ name, comment }: ColumnInfo, words: string): boolean {
  return words === "" || `${name}\n${comment ?? ""}`.toLowerCase().includes(words);
}

function noteRow(connection: string, note: string): TreeNode {
  return {
    ...{ kind: "note", id: `${idOf(connection)} note`, level: 2, label: note, detail: "" },
    ...{ isExpanded: null, parentId: idOf(connection), position: 1, siblings: 1, connection },
  };
}

function moreRow(count: number): TreeNode {
  const label = `${count.toLocaleString("en")} more: filter to find them`;
  return {
    ...{ kind: "note", id: "more", level: 1, label, detail: "" },
    ...{ isExpanded: null, parentId: null, position: 1, siblings: 1, connection: "" },
  };
}

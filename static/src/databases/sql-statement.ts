/** What a cursor in SQL stands in: the statement's tables with their other names, and the path being written. */
import { type SqlToken, sqlTokens } from "./sql-tokens.ts";

export interface TableUse {
  /** Schema and table, or the table alone. */
  path: readonly string[];
  /** What the statement calls it. */
  alias: string;
}

export interface SqlCursor {
  /** Names before the one being written: in `o.cus|`, "o". */
  qualifiers: readonly string[];
  /** Where the name being written begins. */
  from: number;
  prefix: string;
  tables: readonly TableUse[];
  /** Names of WITH. */
  withNames: readonly string[];
  /** A table is expected here rather than a column. */
  wantsTable: boolean;
}

/** null where no name can stand: in a text, a comment, a quoted name, or a number. */
export function cursorIn(
  sql: string,
  position: number,
): SqlCursor | { parameter: string; from: number } | null {
  const tokens = sqlTokens(sql);
  const inside = tokens.find(({ from, to }) => from < position && position <= to);
  if (inside?.kind === "parameter")
    return { parameter: sql.slice(inside.from + 1, position), from: inside.from + 1 };
  if (inside && isClosedIn(inside, sql, position)) return null;
  const statement = statementAt(
    tokens.filter(({ kind }) => kind !== "comment"),
    position,
  );
  const before = statement.filter(({ to }) => to <= (inside?.kind === "word" ? inside.from : position));
  const from = inside?.kind === "word" ? inside.from : position;
  if (/\d/.test(sql[from - 1] ?? "")) return null;
  const qualifiers: string[] = [];
  while (isMark(before.at(-1), ".") && isName(before.at(-2))) {
    qualifiers.unshift(before.at(-2)!.value);
    before.splice(-2);
  }
  return {
    qualifiers,
    from,
    prefix: sql.slice(from, position),
    tables: tablesOf(statement),
    withNames: withNamesOf(statement),
    wantsTable: wantsTable(before),
  };
}

/** At the end of a text or a quoted name one is out of it; at the end of a line comment still in. */
function isClosedIn({ kind, to, from }: SqlToken, sql: string, position: number): boolean {
  if (kind === "comment") return position < to || sql.startsWith("--", from);
  return (
    (kind === "text" || kind === "quoted") && (position < to || sql[to - 1] !== sql[from] || to - from < 2)
  );
}

function statementAt(tokens: readonly SqlToken[], position: number): SqlToken[] {
  const ends = tokens.filter((token) => isMark(token, ";"));
  const start = ends.findLast(({ to }) => to <= position)?.to ?? 0;
  const end = ends.find(({ from }) => from >= position)?.from ?? Number.POSITIVE_INFINITY;
  return tokens.filter(({ from, to }) => from >= start && to <= end);
}

const BEFORE_TABLE = new Set(["from", "join", "update", "into", "table", "describe"]);
/** What ends a list of tables, and so is nobody's other name. */
const NO_ALIAS = new Set(
  `as on using where group order having limit offset fetch union intersect except join inner left right full cross
  natural lateral set values window qualify returning for tablesample select from and or`.split(/\s+/),
);

function tablesOf(statement: readonly SqlToken[]): TableUse[] {
  const found: TableUse[] = [];
  for (let at = 0; at < statement.length; at++) {
    if (!isWord(statement[at], BEFORE_TABLE)) continue;
    do {
      const path: string[] = [];
      at++;
      while (isName(statement[at]) && !(path.length === 0 && isWord(statement[at], NO_ALIAS))) {
        path.push(statement[at]!.value);
        at++;
        if (!isMark(statement[at], ".")) break;
        at++;
      }
      if (path.length === 0) break;
      if (isWord(statement[at], AS)) at++;
      const other = statement[at];
      const hasAlias = isName(other) && !(other?.kind === "word" && NO_ALIAS.has(other.value.toLowerCase()));
      found.push({ path, alias: hasAlias ? other!.value : path.at(-1)! });
      if (hasAlias) at++;
    } while (isMark(statement[at], ","));
    at--;
  }
  return found;
}

const AS = new Set(["as"]);

function withNamesOf(statement: readonly SqlToken[]): string[] {
  if (!isWord(statement[0], new Set(["with"]))) return [];
  return statement
    .filter((token, at) => isName(token) && isWord(statement[at + 1], AS) && isMark(statement[at + 2], "("))
    .map(({ value }) => value);
}

/** Behind FROM, JOIN and their like, and behind a comma of their list. */
function wantsTable(before: readonly SqlToken[]): boolean {
  const last = before.at(-1);
  if (isWord(last, BEFORE_TABLE)) return true;
  if (!isMark(last, ",")) return false;
  const clause = before.findLast((token) => isWord(token, CLAUSES));
  return isWord(clause, BEFORE_TABLE);
}

const CLAUSES = new Set([
  ...BEFORE_TABLE,
  "select",
  "where",
  "group",
  "order",
  "having",
  "on",
  "using",
  "set",
  "values",
]);

function isName(token: SqlToken | undefined): boolean {
  return token?.kind === "word" || token?.kind === "quoted";
}

function isWord(token: SqlToken | undefined, words: ReadonlySet<string>): boolean {
  return token?.kind === "word" && words.has(token.value.toLowerCase());
}

function isMark(token: SqlToken | undefined, mark: string): boolean {
  return token?.kind === "mark" && token.value === mark;
}

/** SQL for the editor: words, values and comments that the common dialects share. */
import { LanguageSupport, StreamLanguage } from "@codemirror/language";

const KEYWORDS = new Set(
  `add all alter and any as asc attach begin between by cascade case cast check collate column commit conflict
  constraint create cross current database default delete desc describe distinct do drop else end escape except
  exists explain extract fetch filter first following for foreign from full function grant group having if ilike in
  index inner insert intersect interval into is isnull join key last lateral left like limit materialized natural not
  notnull nulls offset on or order outer over partition pivot pragma preceding primary qualify range references
  rename replace returning right rollback row rows sample select set table temp temporary then to transaction
  trigger truncate unbounded union unique unpivot update using values view when where window with`.split(
    /\s+/,
  ),
);

const TYPES = new Set(
  `bigint binary blob bool boolean bytea char date datetime decimal double float int integer json jsonb numeric real
  serial smallint text time timestamp timestamptz uuid varchar`.split(/\s+/),
);

const ATOMS = new Set(["true", "false", "null"]);

interface SqlState {
  isInComment: boolean;
}

const sqlLanguage = StreamLanguage.define<SqlState>({
  name: "sql",
  startState: () => ({ isInComment: false }),
  token(stream, state) {
    if (state.isInComment || stream.match("/*")) {
      state.isInComment = !stream.skipTo("*/");
      if (state.isInComment) stream.skipToEnd();
      else stream.match("*/");
      return "comment";
    }
    if (stream.eatSpace()) return null;
    if (stream.match("--")) {
      stream.skipToEnd();
      return "comment";
    }
    if (stream.match(/^'(?:[^']|'')*'?/)) return "string";
    if (stream.match(/^"[^"]*"?|^`[^`]*`?/)) return "variableName";
    if (stream.match(/^\d+(?:\.\d+)?(?:e[+-]?\d+)?/i)) return "number";
    if (stream.match(/^[A-Za-z_]\w*/)) return kindOf(stream.current().toLowerCase());
    if (stream.match(/^[:$@?]\w*/)) return "atom";
    stream.next();
    return "operator";
  },
  languageData: {
    commentTokens: { line: "--", block: { open: "/*", close: "*/" } },
    closeBrackets: { brackets: ["(", "[", "'", '"'] },
  },
});

function kindOf(word: string): string | null {
  if (KEYWORDS.has(word)) return "keyword";
  if (TYPES.has(word)) return "typeName";
  return ATOMS.has(word) ? "atom" : null;
}

export function sql(): LanguageSupport {
  return new LanguageSupport(sqlLanguage);
}

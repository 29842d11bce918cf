/** SQL in pieces: enough to know names from texts and comments, in every engine's spelling. */

export interface SqlToken {
  kind: "word" | "quoted" | "text" | "comment" | "parameter" | "mark";
  from: number;
  to: number;
  /** A quoted name without its quotes; else what stands there. */
  value: string;
}

const PIECES = new RegExp(
  [
    "(?<comment>--[^\\n]*|/\\*[\\s\\S]*?(?:\\*/|$))",
    "(?<text>'(?:[^']|'')*(?:'|$)|\\$(?<tag>\\w*)\\$[\\s\\S]*?(?:\\$\\k<tag>\\$|$))",
    '(?<quoted>"(?:[^"]|"")*(?:"|$)|`[^`]*(?:`|$))',
    // Not the cast of PostgreSQL.
    "(?<parameter>(?<![:\\w]):(?:[A-Za-z_]\\w*)?(?!:))",
    "(?<word>[\\p{L}_][\\p{L}\\p{N}_$]*)",
    "(?<mark>::|[^\\s])",
  ].join("|"),
  "gu",
);

/** All but white space; a number is a row of marks. */
export function sqlTokens(sql: string): SqlToken[] {
  return [...sql.matchAll(PIECES)].map((found) => {
    const { comment, text, quoted, parameter, word } = found.groups!;
    const kind = comment
      ? "comment"
      : text
        ? "text"
        : quoted
          ? "quoted"
          : parameter
            ? "parameter"
            : word
              ? "word"
              : "mark";
    const [whole] = found;
    return {
      kind,
      from: found.index,
      to: found.index + whole.length,
      value: quoted ? unquoted(whole) : whole,
    };
  });
}

function unquoted(name: string): string {
  const mark = name[0]!;
  const inside = name.endsWith(mark) && name.length > 1 ? name.slice(1, -1) : name.slice(1);
  return inside.replaceAll(mark + mark, mark);
}

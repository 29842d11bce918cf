/** Find and replace over the sources of all cells: pure search, pure replacement. */

export interface FindQuery {
  readonly text: string;
  readonly caseSensitive: boolean;
  readonly regex: boolean;
  readonly wholeWord: boolean;
}

export interface Match {
  readonly cellId: string;
  /** UTF-16 positions in the cell's source. */
  readonly from: number;
  readonly to: number;
}

export interface FindResult {
  readonly matches: readonly Match[];
  /** Why the pattern cannot be used, else "". */
  readonly error: string;
  /** More was there than is listed. */
  readonly isCut: boolean;
}

/** More marks than this cost the page its smoothness and help nobody. */
const MAX_MATCHES = 5000;

export function patternOf(query: FindQuery): RegExp {
  const literal = query.text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const body = query.regex ? query.text : literal;
  return new RegExp(query.wholeWord ? `\\b(?:${body})\\b` : body, `gmu${query.caseSensitive ? "" : "i"}`);
}

export function findMatches(cells: Iterable<{ id: string; source: string }>, query: FindQuery): FindResult {
  if (query.text === "") return { matches: [], error: "", isCut: false };
  let pattern: RegExp;
  try {
    pattern = patternOf(query);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^Invalid regular expression: /, "") : "";
    return { matches: [], error: `Not a valid pattern: ${reason}`, isCut: false };
  }
  const matches: Match[] = [];
  for (const { id, source } of cells) {
    for (const found of source.matchAll(pattern)) {
      if (found[0] === "") continue;
      if (matches.length === MAX_MATCHES) return { matches, error: "", isCut: true };
      matches.push({ cellId: id, from: found.index, to: found.index + found[0].length });
    }
  }
  return { matches, error: "", isCut: false };
}

/** What `match` becomes; in a pattern, $1 and friends stand for its groups. */
export function replacementFor(source: string, match: Match, query: FindQuery, replacement: string): string {
  if (!query.regex) return replacement;
  const pattern = new RegExp(patternOf(query).source, patternOf(query).flags.replace("g", "y"));
  pattern.lastIndex = match.from;
  // Replacing in the whole source, not in the match alone, keeps what lookarounds and anchors saw.
  const replaced = source.replace(pattern, replacement);
  return replaced.slice(match.from, replaced.length - (source.length - match.to));
}

/** The first match at or after a place; wraps to the first one. */
export function matchAfter(
  matches: readonly Match[],
  order: readonly string[],
  cellId: string | null,
  position: number,
): number {
  const place = order.indexOf(cellId ?? "");
  const index = matches.findIndex((match) => {
    const at = order.indexOf(match.cellId);
    return at > place || (at === place && match.from >= position);
  });
  return Math.max(0, index);
}

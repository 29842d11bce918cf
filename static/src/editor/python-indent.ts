/** How far a line of Python is indented, from the lines above it: a pure function of the text. */

const OPENERS: Record<string, RegExp> = {
  else: /^(if|elif|for|while|try|except|case)\b/,
  elif: /^(if|elif)\b/,
  except: /^(try|except)\b/,
  finally: /^(try|except|else)\b/,
  case: /^(case)\b/,
};

const BLOCK_ENDERS = /^(return|raise|break|continue|pass)\b/;

/** Columns for a line that starts with `text` below `lines`; `unit` is one level. */
export function pythonIndentation(lines: readonly string[], text: string, unit: number): number {
  const open = openBrackets(lines.join("\n"));
  const innermost = open.at(-1);
  if (innermost) return insideBracket(lines, innermost, text, unit);
  const keyword = /^\s*(else|elif|except|finally|case)\b/.exec(text)?.[1];
  const opener = keyword && lines.findLast((line) => OPENERS[keyword]!.test(line.trim()));
  if (opener) return columnsOf(opener);
  const last = lines.findLast((line) => line.trim() !== "");
  if (last === undefined) return 0;
  const start = statementStart(lines);
  if (withoutComment(last).endsWith(":")) return columnsOf(start) + unit;
  return BLOCK_ENDERS.test(start.trim()) ? Math.max(0, columnsOf(start) - unit) : columnsOf(start);
}

interface OpenBracket {
  line: number;
  column: number;
  hasTextAfter: boolean;
}

function insideBracket(lines: readonly string[], bracket: OpenBracket, text: string, unit: number): number {
  const base = columnsOf(lines[bracket.line]!);
  if (/^\s*[)\]}]/.test(text)) return base;
  return bracket.hasTextAfter ? bracket.column + 1 : base + unit;
}

/** The line where the last statement begins: a call over several lines counts from its first. */
function statementStart(lines: readonly string[]): string {
  let index = lines.findLastIndex((line) => line.trim() !== "");
  while (index > 0 && openBrackets(lines.slice(0, index).join("\n")).length > 0) index -= 1;
  return lines[index]!;
}

function openBrackets(source: string): OpenBracket[] {
  const open: OpenBracket[] = [];
  // Strings and comments first, so that brackets inside them do not count.
  const token = /("""|''')[\s\S]*?(?:\1|$)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?|#[^\n]*|[([{]|[)\]}]/g;
  for (const found of source.matchAll(token)) {
    const [first] = found[0];
    if (")]}".includes(first!)) open.pop();
    if (!"([{".includes(first!)) continue;
    const before = source.slice(0, found.index);
    const rest = source.slice(found.index + 1).split("\n", 1)[0]!;
    const column = found.index - (before.lastIndexOf("\n") + 1);
    const line = before.split("\n").length - 1;
    open.push({ line, column, hasTextAfter: withoutComment(rest) !== "" });
  }
  return open;
}

function withoutComment(line: string): string {
  return line.replace(/("[^"]*"|'[^']*')|#.*$/g, (_, text: string | undefined) => text ?? "").trim();
}

function columnsOf(line: string): number {
  return /^\s*/.exec(line)![0].replace(/\t/g, "    ").length;
}

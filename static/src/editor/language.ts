/** Which language a cell's source is read in: the cell's own, or that of its %%magic. */

export type EditorLanguage = "python" | "markdown" | "sql" | "html" | "plain";

const MAGIC_LANGUAGES: Record<string, EditorLanguage> = {
  sql: "sql",
  html: "html",
  HTML: "html",
  svg: "html",
  SVG: "html",
  markdown: "markdown",
  latex: "plain",
  javascript: "plain",
  js: "plain",
  writefile: "plain",
  bash: "plain",
  sh: "plain",
  ai: "markdown",
};

const DECLARED_LANGUAGES: Record<string, EditorLanguage> = {
  python: "python",
  sql: "sql",
  html: "html",
  ai: "markdown",
  markdown: "markdown",
};

/** `declared` is the cell's language, or "markdown" or "raw" for cells of those types. */
export function languageOf(source: string, declared: string): EditorLanguage {
  const magic = /^\s*%%([A-Za-z_]\w*)/.exec(source);
  if (declared === "python" && magic) return MAGIC_LANGUAGES[magic[1]!] ?? "python";
  return DECLARED_LANGUAGES[declared] ?? "plain";
}

/** A line that IPython takes before Python does: `%magic`, `!command`, `?name`, `name?`. */
export function isMagicLine(line: string): boolean {
  return /^\s*(%%?[A-Za-z_]|![^=\s]|\?{1,2}\w)/.test(line) || /^\s*[\w.]+\?{1,2}\s*$/.test(line);
}

/** The source with magic lines turned into comments of the same length, so that Python can be parsed. */
export function maskMagicLines(source: string): string {
  if (!/[%!?]/.test(source)) return source;
  return source.replace(/^.+$/gm, (line) => (isMagicLine(line) ? "#".padEnd(line.length, "#") : line));
}

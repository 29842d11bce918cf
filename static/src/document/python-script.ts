/** Notebooks as `.py` files in the percent format (`# %%` begins a cell), readable by jupytext, VS Code and Spyder. */
import { joinLines } from "./json.ts";
import { sourceToRun, withoutMagic } from "./magics.ts";
import { type CellInit, NotebookDocument } from "./notebook.ts";

const MARKER = /^#\s*%%(?!\w)(.*)$/;
/** Lines that only IPython understands, and comments that look like one such line in comment form. */
const MAGIC_LINE = /^\s*(%|!|\?|#\s*(%(?!%\s|%$)|!))/;
const COMMENTED_MAGIC = /^# ?(\s*(?:%|!|\?|#\s*(?:%(?!%\s|%$)|!)).*)$/;

export function toPythonScript(notebook: NotebookDocument): string {
  const cells = notebook.cells().map((cell) => {
    if (cell.type === "markdown") return `# %% [markdown]\n${asComment(cell.source)}`;
    if (cell.type === "raw") return `# %% [raw]\n${asComment(cell.source)}`;
    return `# %%\n${codeLines(sourceToRun(cell))}`;
  });
  const title = notebook.title === "" ? "" : `# title: ${notebook.title.replace(/\s+/g, " ")}\n\n`;
  return `${title}${cells.join("\n\n")}\n`;
}

/** Any Python file is a notebook: text before the first marker is a cell of its own. */
export function parsePythonScript(text: string, options: { id?: string } = {}): NotebookDocument {
  const lines = text.toWellFormed().replaceAll("\r\n", "\n").split("\n");
  const titled = /^# title: (.+)$/.exec(lines[0] ?? "");
  const blocks: { kind: string; lines: string[] }[] = [{ kind: "", lines: [] }];
  for (const line of titled === null ? lines : lines.slice(1)) {
    const marker = MARKER.exec(line);
    if (marker === null) blocks.at(-1)?.lines.push(line);
    else blocks.push({ kind: marker[1] ?? "", lines: [] });
  }
  const [before, ...cells] = blocks.map(blockToCell);
  const inits = before === undefined || before.source === "" ? cells : [before, ...cells];
  return NotebookDocument.seeded((notebook) => {
    if (titled !== null) notebook.title = titled[1] ?? "";
    notebook.insertCells(0, inits.length === 0 ? [{}] : inits);
  }, options);
}

function blockToCell({ kind, lines }: { kind: string; lines: string[] }): CellInit {
  const source = lines.join("\n").replace(/^\n+|\n+$/g, "");
  if (kind.includes("[markdown]") || kind.includes("[md]"))
    return { type: "markdown", source: fromComment(source) };
  if (kind.includes("[raw]")) return { type: "raw", source: fromComment(source) };
  const code = source
    .split("\n")
    .map((line) => line.replace(COMMENTED_MAGIC, "$1"))
    .join("\n");
  const cellMagic = /^%%(sql|ai|html)\b/.exec(code);
  if (cellMagic === null) return { source: code.startsWith("%%") ? uncommented(code) : code };
  return withoutMagic(uncommented(code), { wasm_runtime: { language: cellMagic[1] ?? "" } });
}

/** The body below a cell magic is not Python, so in the file all of it is a comment. */
function codeLines(source: string): string {
  if (source.startsWith("%%")) return asComment(source);
  return source
    .split("\n")
    .map((line) => (MAGIC_LINE.test(line) ? `# ${line}` : MARKER.test(line) ? ` ${line}` : line))
    .join("\n");
}

function uncommented(code: string): string {
  const [magic = "", ...body] = code.split("\n");
  return joinLines([magic, ...body.map((line) => `\n${line.replace(/^# ?/, "")}`)]);
}

function asComment(text: string): string {
  return text
    .split("\n")
    .map((line) => (line === "" ? "#" : `# ${line}`))
    .join("\n");
}

function fromComment(text: string): string {
  const docstring = /^"""\n?([\s\S]*?)\n?"""$/.exec(text);
  if (docstring !== null) return docstring[1] ?? "";
  return text
    .split("\n")
    .map((line) => line.replace(/^# ?/, ""))
    .join("\n");
}

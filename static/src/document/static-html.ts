/** A notebook as one readable HTML file: no scripts of its own, nothing fetched, active outputs shut in frames. */
import type { Cell, MimeBundle, NotebookDocument, Output } from "./notebook.ts";

/** How one output looks: safe markup, or a document that must run apart from the page. */
export type StaticOutput = { markup: string } | { activeDocument: string };

/** Everything here returns sanitised markup; the export escapes all that it writes itself. */
export interface StaticRenderers {
  markdown(source: string, attachments?: Record<string, MimeBundle>): string;
  output(output: Output): StaticOutput;
  /** Highlighted source; without it the source is plain. */
  code?(source: string, language: string): string;
}

/** Active outputs inherit this policy, so it allows inline scripts; the page itself holds none. */
const POLICY =
  "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; " +
  "img-src data: blob:; font-src data:; media-src data: blob:; base-uri 'none'; form-action 'none'";

export function toStaticHtml(notebook: NotebookDocument, renderers: StaticRenderers, styles: string): string {
  const title = escapeHtml(notebook.title || "Notebook");
  const cells = notebook.cells().map((cell) => cellMarkup(cell, renderers));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${styles.replaceAll("</", "<\\/")}</style>
</head>
<body>
<main class="notebook">
${cells.join("\n")}
</main>
</body>
</html>
`;
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function cellMarkup(cell: Cell, renderers: StaticRenderers): string {
  if (cell.type === "markdown") {
    return `<section class="cell markdown">${renderers.markdown(cell.source, cell.attachments)}</section>`;
  }
  if (cell.type === "raw") return `<section class="cell raw"><pre>${escapeHtml(cell.source)}</pre></section>`;
  const source = renderers.code?.(cell.source, cell.language) ?? escapeHtml(cell.source);
  const count =
    cell.executionCount === null ? "" : `<span class="execution-count">[${cell.executionCount}]</span>`;
  const outputs = cell.outputs.map((output) => outputMarkup(output, renderers)).join("");
  return `<section class="cell code">${count}<pre class="source"><code>${source}</code></pre><div class="outputs">${outputs}</div></section>`;
}

function outputMarkup(output: Output, renderers: StaticRenderers): string {
  const shown = renderers.output(output);
  if ("markup" in shown) return `<div class="output">${shown.markup}</div>`;
  const document = escapeHtml(shown.activeDocument);
  return `<iframe class="output" title="Interactive output" sandbox="allow-scripts" loading="lazy" srcdoc="${document}"></iframe>`;
}

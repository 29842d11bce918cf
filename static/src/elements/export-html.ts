/** A notebook as one HTML file that needs nothing else: images inside, scripts only in closed frames. */
import type { Whole } from "../document/ipynb.ts";
import type { MimeBundle, NotebookDocument, Output } from "../document/notebook.ts";
import { escapeHtml, type StaticOutput, toStaticHtml } from "../document/static-html.ts";
import { renderHighlighted } from "../editor/highlight.ts";
import { renderMarkdown } from "../outputs/markdown.ts";
import { MATH_CLASS } from "../outputs/math-syntax.ts";
import { sanitize, sanitizerReady } from "../outputs/sanitize.ts";
import { lineNode } from "../outputs/text/line-node.ts";
import { TerminalText } from "../outputs/text/terminal-text.ts";
import type { NotebookBlobs } from "../session/notebook-blobs.ts";
import { exportStylesFor } from "./export-styles.ts";

/** Text that is still to be read, and formulas that are still to be set. */
const LOADING = [
  ".nb-loading",
  ...Object.values(MATH_CLASS).map((name) => `.${name}:not(.nb-math-failed, :has(.katex))`),
].join();
const RENDER_MILLISECONDS = 8000;

export async function exportHtml(notebook: NotebookDocument, blobs: NotebookBlobs): Promise<string> {
  await sanitizerReady();
  const markdown = await renderAllMarkdown(notebook);
  const whole = await blobs.wholes(notebook);
  return toStaticHtml(
    notebook,
    {
      markdown: (source) => markdown.get(source) ?? `<pre>${escapeHtml(source)}</pre>`,
      output: (output) => staticOutput(output, whole),
      code: (source, language) => {
        const host = document.createElement("div");
        renderHighlighted(host, source, language);
        return host.innerHTML;
      },
    },
    await exportStylesFor([...markdown.values()].join("")),
  );
}

/** The parser and the formulas may still load, so all cells are rendered first, and waited for. */
async function renderAllMarkdown(notebook: NotebookDocument): Promise<ReadonlyMap<string, string>> {
  const cells = notebook.cells().filter(({ type }) => type === "markdown");
  const rendered = cells.map((cell) => [cell.source, renderMarkdown(cell.source, cell.attachments)] as const);
  const deadline = performance.now() + RENDER_MILLISECONDS;
  const isLoading = () =>
    rendered.some(([, element]) => element.matches(LOADING) || element.querySelector(LOADING));
  while (isLoading() && performance.now() < deadline) await new Promise(requestAnimationFrame);
  return new Map(rendered.map(([source, element]) => [source, element.innerHTML]));
}

function staticOutput(output: Output, whole: Whole): StaticOutput {
  if (output.output_type === "stream") return text(output.text, output.name);
  if (output.output_type === "error") return text(output.traceback.join("\n"), "error");
  return bundle(whole(output.data));
}

function bundle(data: MimeBundle): StaticOutput {
  const markup = textOf(data["text/html"]);
  if (markup !== null) return html(markup);
  const svg = textOf(data["image/svg+xml"]);
  if (svg !== null) return image(`data:image/svg+xml,${encodeURIComponent(svg)}`);
  for (const type of ["image/png", "image/jpeg", "image/gif", "image/webp"]) {
    const body = textOf(data[type]);
    if (body !== null) return image(`data:${type};base64,${body.replace(/\s/g, "")}`);
  }
  return text(textOf(data["text/markdown"]) ?? textOf(data["text/plain"]) ?? "", "result");
}

function html(markup: string): StaticOutput {
  if (/<script|<iframe|\son\w+\s*=/i.test(markup)) return { activeDocument: markup };
  const host = document.createElement("div");
  host.append(sanitize(markup));
  return { markup: host.innerHTML };
}

function image(source: string): StaticOutput {
  return { markup: `<img alt="Output" src="${escapeHtml(source)}">` };
}

function text(body: string, kind: string): StaticOutput {
  const terminal = new TerminalText();
  terminal.set(body);
  const host = document.createElement("div");
  host.append(...terminal.lines.map((line) => lineNode(line, "\n", () => [])));
  return { markup: `<pre class="nb-text ${kind}">${host.innerHTML}</pre>` };
}

/** nbformat allows a text to be a list of lines. */
function textOf(value: unknown): string | null {
  if (typeof value === "string") return value;
  return Array.isArray(value) ? value.join("") : null;
}

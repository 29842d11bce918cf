/** Markdown cells and outputs: GitHub's flavour with mathematics and attachments; sanitised last. */

import type { MarkdownToHtml } from "./markdown-html.ts";
import { renderMath } from "./math.ts";
import { textOf } from "./mime.ts";
import type { CodeHighlighter, MimeBundle } from "./output.ts";
import { loadRemoteImagesOnClick } from "./remote-image.ts";
import { isSanitizerReady, sanitize, sanitizerReady } from "./sanitize.ts";

export interface MarkdownOptions {
  highlight?: CodeHighlighter;
}

let toHtml: MarkdownToHtml | null = null;

/** The element is filled at once when the parser is already here, else as soon as it is. */
export function renderMarkdown(
  source: string,
  attachments: Record<string, MimeBundle> = {},
  options: MarkdownOptions = {},
): HTMLElement {
  const element = document.createElement("div");
  element.className = "nb-markdown";
  loadRemoteImagesOnClick(element);
  element.addEventListener("click", (event) => followWithin(element, event));
  if (toHtml && isSanitizerReady()) fill(element, toHtml(source), attachments, options);
  else {
    element.classList.add("nb-loading");
    element.textContent = source;
    load().then(
      (parse) => fill(element, parse(source), attachments, options),
      (cause) => {
        element.title = `Shown as plain text: the Markdown reader did not load (${cause}).`;
      },
    );
  }
  return element;
}

async function load(): Promise<MarkdownToHtml> {
  const [{ markdownToHtml }] = await Promise.all([import("./markdown-html.ts"), sanitizerReady()]);
  toHtml = markdownToHtml;
  return markdownToHtml;
}

function fill(
  element: HTMLElement,
  html: string,
  attachments: Record<string, MimeBundle>,
  { highlight }: MarkdownOptions,
): void {
  element.classList.remove("nb-loading");
  element.replaceChildren(sanitize(html, { idPrefix: "md-", images: attachedImages(attachments) }));
  for (const table of element.querySelectorAll("table")) {
    const scroller = document.createElement("div");
    scroller.className = "nb-table-scroll";
    table.replaceWith(scroller);
    scroller.append(table);
  }
  if (highlight) colourCode(element, highlight);
  renderMath(element).catch((cause) => {
    element.title = `Formulas are shown as text: KaTeX did not load (${cause}).`;
  });
}

function attachedImages(attachments: Record<string, MimeBundle>): Map<string, string> {
  const images = new Map<string, string>();
  for (const [name, bundle] of Object.entries(attachments)) {
    const [mime, value] = Object.entries(bundle).find(([type]) => type.startsWith("image/")) ?? [];
    if (!mime) continue;
    const data =
      mime === "image/svg+xml"
        ? `data:${mime},${encodeURIComponent(textOf(value))}`
        : `data:${mime};base64,${textOf(value)}`;
    images.set(`attachment:${name}`, data);
    images.set(`attachment:${encodeURI(name)}`, data);
  }
  return images;
}

function colourCode(element: HTMLElement, highlight: CodeHighlighter): void {
  for (const code of element.querySelectorAll<HTMLElement>("pre > code[class*=language-]")) {
    const language = /language-(\S+)/.exec(code.className)?.[1] ?? "";
    const source = (code.textContent ?? "").replace(/\n$/, "");
    highlight(code, source, /^(py|python3?|ipython)$/.test(language) ? "python" : language);
  }
}

/** Within a shadow root the browser does not follow `#…` links by itself. */
function followWithin(element: HTMLElement, event: Event): void {
  const [target] = event.composedPath();
  const anchor = target instanceof Element ? target.closest("a[href^='#']") : null;
  if (!anchor) return;
  event.preventDefault();
  const id = decodeURIComponent(anchor.getAttribute("href")!.slice(1));
  const root = element.getRootNode();
  if (id && (root instanceof Document || root instanceof ShadowRoot))
    root.getElementById(id)?.scrollIntoView({ block: "start" });
}

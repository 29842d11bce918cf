/** A page with nothing but the output renderers, for tests that drive them directly. */
import { TABLE_TYPE } from "../../../static/src/contracts/generated.ts";
import { cleanSheet } from "../../../static/src/outputs/safe-css.ts";
import { OutputFrames } from "../../../static/src/outputs/frames.ts";
import { renderMarkdown } from "../../../static/src/outputs/markdown.ts";
import type { CommChannel, CommEvent, Output, OutputContext } from "../../../static/src/outputs/output.ts";
import { OutputArea } from "../../../static/src/outputs/output-area.ts";
import { renderOutput } from "../../../static/src/outputs/render.ts";
import { loadPurify, sanitizeNatively, sanitizeWithPurify } from "../../../static/src/outputs/sanitize.ts";
import { widgetModelsOf } from "../../../static/src/outputs/widgets/models.ts";
import markdownCss from "../../../static/src/styles/markdown.css" with { type: "text" };
import outputTextCss from "../../../static/src/styles/output-text.css" with { type: "text" };
import outputsCss from "../../../static/src/styles/outputs.css" with { type: "text" };
import tokensCss from "../../../static/src/styles/tokens.css" with { type: "text" };
import { TableKernel } from "./table-kernel.ts";
import widgetsCss from "../../../static/src/styles/widgets.css" with { type: "text" };

function adopt(root: Document | ShadowRoot, ...texts: string[]): void {
  for (const text of texts) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    root.adoptedStyleSheets.push(sheet);
  }
}

/** A kernel's comms: what views sent is kept, and events can be told to them. */
class CommsInMemory implements CommChannel {
  readonly sent: CommEvent[] = [];
  readonly #listeners: ((event: CommEvent) => void)[] = [];
  kernel: { receive(event: CommEvent): void } | null = null;

  onComm(listener: (event: CommEvent) => void): void {
    this.#listeners.push(listener);
  }

  sendComm(event: CommEvent): void {
    this.sent.push(event);
    this.kernel?.receive(event);
  }

  tell(event: CommEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

// As in the application: tokens on the page, everything else within one shadow root.
adopt(document, tokensCss);
const root = document.getElementById("root")!.attachShadow({ mode: "open" });
adopt(root, outputsCss, outputTextCss, markdownCss, widgetsCss);
const main = document.createElement("main");
main.style.cssText = "max-width:860px;margin:24px auto;color:var(--nb-text);font:15px/1.55 var(--nb-font)";
root.append(main);

const frames = new OutputFrames({
  frameUrl: new URL("frames/output.html", location.href).href,
  libraries: { plotly: "plotly.js", vega: "vega.js" },
});
const comm = new CommsInMemory();
widgetModelsOf(comm);
const context: OutputContext = { trusted: true, frames, comm };

function host(): HTMLElement {
  const element = document.createElement("div");
  element.style.marginBottom = "18px";
  main.append(element);
  return element;
}

const harness = {
  comm,
  main,
  context,
  area: (given: Partial<OutputContext> = {}) => new OutputArea(host(), { ...context, ...given }),
  show: (output: Output, given: Partial<OutputContext> = {}) => host().appendChild(renderOutput(output, { ...context, ...given })),
  display: (mime: string, value: unknown, given: Partial<OutputContext> = {}) =>
    harness.show({ output_type: "display_data", data: { [mime]: value as never }, metadata: {} }, given),
  /** A table of so many rows, shown beside its HTML; the kernel that holds it. */
  table: (rows: number, given: Partial<OutputContext> = {}) => {
    const kernel = new TableKernel(rows, (event) => comm.tell(event));
    comm.kernel = kernel;
    const data = { [TABLE_TYPE]: kernel.output as never, "text/html": "<p>as HTML</p>" };
    harness.show({ output_type: "display_data", data, metadata: {} }, given);
    return kernel;
  },
  frame: (html: string) => host().appendChild(frames.open({ title: "Test", content: { type: "html", html } })),
  markdown: (source: string) => host().appendChild(renderMarkdown(source)),
  cleanSheet,
  loadPurify,
  sanitizeNatively,
  sanitizeWithPurify,
};

export type Harness = typeof harness;
Object.assign(globalThis, { harness });

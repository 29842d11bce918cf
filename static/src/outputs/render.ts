/** One output as an element: the richest representation that can be shown. */
import { type RendererName, shownParts } from "./mime.ts";
import type { DataOutput, Json, Output, OutputContext } from "./output.ts";
import { renderPlotly, renderVega } from "./renderers/chart.ts";
import { renderError } from "./renderers/error.ts";
import { renderHtml } from "./renderers/html.ts";
import { renderImage, renderSvg } from "./renderers/image.ts";
import { renderJson } from "./renderers/json.ts";
import { renderLatex, renderMarkdownOutput } from "./renderers/markdown.ts";
import { renderAudio, renderPdf, renderVideo } from "./renderers/media.ts";
import type { Renderer } from "./renderers/renderer.ts";
import { renderJavascript } from "./renderers/script.ts";
import { renderTable } from "./renderers/table.ts";
import { renderText } from "./renderers/text.ts";
import { renderWidget } from "./renderers/widget.ts";
import { TerminalView } from "./text/terminal-view.ts";

export { renderMarkdown } from "./markdown.ts";
export type { CommChannel, Output, OutputContext } from "./output.ts";
export { OutputArea } from "./output-area.ts";
export { sanitize, sanitizerReady } from "./sanitize.ts";

const RENDERERS: Record<RendererName, Renderer> = {
  table: renderTable,
  widget: renderWidget,
  vega: renderVega,
  plotly: renderPlotly,
  javascript: renderJavascript,
  html: renderHtml,
  markdown: renderMarkdownOutput,
  svg: renderSvg,
  latex: renderLatex,
  image: renderImage,
  audio: renderAudio,
  video: renderVideo,
  pdf: renderPdf,
  json: renderJson,
  text: renderText,
};

export function renderOutput(output: Output, context: OutputContext): HTMLElement {
  if (output.output_type === "error") return renderError(output, context);
  if (output.output_type !== "stream") return renderData(output, context);
  const view = new TerminalView(`nb-stream nb-${output.name}`, context.signal);
  view.set(output.text);
  return view.element;
}

function renderData(output: DataOutput, context: OutputContext): HTMLElement {
  const { blobs } = context;
  const data = blobs ? blobs.now(output.data) : output.data;
  if (data) return renderWhole({ ...output, data }, context);
  const element = document.createElement("div");
  element.className = "nb-loading";
  blobs?.whole(output.data).then((whole) => {
    if (context.signal?.aborted) return;
    element.className = "";
    element.append(renderWhole({ ...output, data: whole }, context));
  });
  return element;
}

function renderWhole({ data, metadata }: DataOutput, context: OutputContext): HTMLElement {
  const [part] = shownParts(data);
  if (!part) return nothingToShow(Object.keys(data));
  const own = metadata[part.mime];
  const rendered = { ...part, data, metadata: isObject(own) ? { ...metadata, ...own } : metadata };
  return RENDERERS[part.renderer](rendered, context);
}

function nothingToShow(mimes: readonly string[]): HTMLElement {
  const notice = document.createElement("div");
  notice.className = "nb-notice";
  notice.textContent =
    mimes.length === 0
      ? "This output is empty."
      : `This output has no form that can be shown here, only ${mimes.join(", ")}.`;
  return notice;
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Which of an output's representations is shown: the richest that can be, in JupyterLab's order. */
import type { Json, MimeBundle } from "./output.ts";

export type RendererName =
  | "table"
  | "widget"
  | "vega"
  | "plotly"
  | "javascript"
  | "html"
  | "markdown"
  | "svg"
  | "latex"
  | "image"
  | "audio"
  | "video"
  | "pdf"
  | "json"
  | "text";

export const WIDGET_MIME = "application/vnd.jupyter.widget-view+json";

const ORDER: readonly (readonly [RegExp, RendererName])[] = [
  [/^application\/vnd\.wasm-runtime\.table\+json$/, "table"],
  [/^application\/vnd\.jupyter\.widget-view\+json$/, "widget"],
  [/^application\/vnd\.vega(lite)?\.v\d+(\.\d+)*\+json$/, "vega"],
  [/^application\/vnd\.plotly\.v1\+json$/, "plotly"],
  [/^text\/html$/, "html"],
  [/^text\/markdown$/, "markdown"],
  [/^image\/svg\+xml$/, "svg"],
  [/^text\/latex$/, "latex"],
  [/^image\/(png|jpeg|gif|webp|avif|bmp)$/, "image"],
  [/^audio\/[\w.+-]+$/, "audio"],
  [/^video\/[\w.+-]+$/, "video"],
  [/^application\/pdf$/, "pdf"],
  [/^application\/javascript$|^text\/javascript$/, "javascript"],
  [/^application\/json$|^application\/geo\+json$/, "json"],
  [/^text\/plain$/, "text"],
  [/^application\/[\w.-]+\+json$/, "json"],
  [/^text\//, "text"],
];

export interface MimePart {
  mime: string;
  renderer: RendererName;
  value: Json;
}

/** Every representation that can be shown, richest first. */
export function shownParts(data: MimeBundle): MimePart[] {
  const parts: MimePart[] = [];
  for (const [pattern, renderer] of ORDER) {
    for (const [mime, value] of Object.entries(data)) {
      if (!pattern.test(mime) || value === null || parts.some((part) => part.mime === mime)) continue;
      parts.push({ mime, renderer, value });
    }
  }
  return parts;
}

/** nbformat's multi-line strings: one string, or a list of its parts. */
export function textOf(value: Json | undefined): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.filter((part) => typeof part === "string").join("");
  return value === undefined || value === null ? "" : JSON.stringify(value, null, 2);
}

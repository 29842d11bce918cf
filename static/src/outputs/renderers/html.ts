/** HTML: inline when sanitising loses nothing that acts, else in a frame of its own. */

import { hasActiveContent } from "../allow-list.ts";
import { textOf } from "../mime.ts";
import { loadRemoteImagesOnClick } from "../remote-image.ts";
import { cleanSheet } from "../safe-css.ts";
import { isSanitizerReady, sanitize, sanitizerReady } from "../sanitize.ts";
import { askBeforeRunning } from "./ask-before-running.ts";
import htmlStyles from "./html.css" with { type: "text" };
import type { Renderer } from "./renderer.ts";

export const renderHtml: Renderer = ({ value }, context) => {
  const html = textOf(value);
  if (!hasActiveContent(html)) return inlineHtml(html);
  const open = () =>
    context.frames.open({
      title: "HTML output",
      content: { type: "html", html },
      // Plotly's own HTML fetches the library from a network that the frame does not have.
      ...(/\bPlotly\.(newPlot|react)\b/.test(html) && !/plotly\.js v\d/.test(html)
        ? { needs: "plotly" as const }
        : {}),
      ...(context.signal ? { signal: context.signal } : {}),
    });
  return context.trusted ? open() : askBeforeRunning("HTML with scripts", open, inlineHtml(html));
};

/** In a shadow root of its own, so that an output's styles and ids stay within it. */
export function inlineHtml(html: string): HTMLElement {
  const host = document.createElement("div");
  host.className = "nb-html";
  const root = host.attachShadow({ mode: "open" });
  const base = new CSSStyleSheet();
  base.replaceSync(htmlStyles);
  root.adoptedStyleSheets = [base, ...styleTexts(html).map(cleanSheet)];
  loadRemoteImagesOnClick(root);
  const fill = () => root.replaceChildren(sanitize(html, { idPrefix: "" }));
  if (isSanitizerReady()) fill();
  else {
    sanitizerReady().then(fill, (cause) => {
      root.textContent = `This HTML could not be shown: the sanitiser did not load (${cause}).`;
    });
  }
  return host;
}

function styleTexts(html: string): string[] {
  if (!/<style/i.test(html)) return [];
  const parsed = new DOMParser().parseFromString(html, "text/html");
  return [...parsed.querySelectorAll("style")].map((style) => style.textContent ?? "");
}

/** Tables: the grid is loaded with the first of them; what cannot be read shows its HTML instead. */

import { renderHtml } from "./html.ts";
import type { RenderedPart, Renderer } from "./renderer.ts";
import { renderText } from "./text.ts";

export const renderTable: Renderer = (part, context) => {
  const element = document.createElement("div");
  const { comm, trusted, signal } = context;
  import("../table/entry.ts")
    .then(({ showTable }) => {
      // What did not run here has no kernel here that holds it.
      if (!signal?.aborted) showTable(element, part.value, trusted && comm ? comm : null, signal);
    })
    .catch((cause) => {
      const notice = document.createElement("div");
      notice.className = "nb-notice";
      notice.textContent = `The interactive table could not be shown (${cause.message}).`;
      element.replaceChildren(...standIn(part), notice);
    });
  return element;

  function standIn({ data }: RenderedPart): HTMLElement[] {
    const [html, text] = [data["text/html"], data["text/plain"]];
    if (html !== undefined) return [renderHtml({ ...part, value: html }, context)];
    return text === undefined ? [] : [renderText({ ...part, value: text }, context)];
  }
};

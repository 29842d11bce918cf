/** Plotly figures and Vega or Vega-Lite charts, drawn in a frame by a library that the page sends along. */
import type { Json } from "../output.ts";
import { askBeforeRunning } from "./ask-before-running.ts";
import { inlineImage } from "./image.ts";
import type { RenderedPart, Renderer } from "./renderer.ts";

function chart(type: "plotly" | "vega", what: string): Renderer {
  return (part, context) => {
    const { frames, trusted, signal } = context;
    const open = () =>
      frames.open({
        title: titleOf(part.value) ?? what,
        content: { type, spec: part.value },
        ...(signal ? { signal } : {}),
      });
    return trusted ? open() : askBeforeRunning(what, open, stillPicture(part, signal));
  };
}

export const renderPlotly = chart("plotly", "Plotly figure");
export const renderVega = chart("vega", "Vega chart");

function stillPicture({ data }: RenderedPart, signal: AbortSignal | undefined): HTMLElement | undefined {
  const png = data["image/png"];
  return typeof png === "string" ? inlineImage("image/png", png, {}, signal) : undefined;
}

function titleOf(spec: Json): string | null {
  if (typeof spec !== "object" || spec === null || Array.isArray(spec)) return null;
  const layout = spec["layout"];
  const place = typeof layout === "object" && layout !== null && !Array.isArray(layout) ? layout : spec;
  const title = place["title"];
  if (typeof title === "string") return title;
  const text = typeof title === "object" && title !== null && !Array.isArray(title) ? title["text"] : null;
  return typeof text === "string" ? text : null;
}

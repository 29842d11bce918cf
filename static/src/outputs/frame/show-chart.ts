/** Charts by the libraries that the page sent along as text. */
import { isRecord } from "./frame-messages.ts";

declare global {
  var Plotly: { newPlot(host: HTMLElement, spec: object): Promise<unknown> } | undefined;
  var vegaEmbedBundle:
    | { embed(host: HTMLElement, spec: object, options: object): Promise<unknown> }
    | undefined;
}

export function runLibrary(source: string): void {
  const script = document.createElement("script");
  script.textContent = source;
  document.head.append(script);
  script.remove();
}

export async function showPlotly(container: HTMLElement, spec: unknown, library: string): Promise<void> {
  runLibrary(library);
  if (!globalThis.Plotly || !isRecord(spec)) throw new Error("This is not a Plotly figure.");
  const { data, frames } = spec;
  const layout = isRecord(spec["layout"]) ? spec["layout"] : {};
  const height = typeof layout["height"] === "number" ? layout["height"] : 450;
  container.style.height = `${height}px`;
  const config = {
    responsive: true,
    displaylogo: false,
    ...(isRecord(spec["config"]) ? spec["config"] : {}),
  };
  await globalThis.Plotly.newPlot(container, { data, layout: { autosize: true, ...layout }, frames, config });
}

export async function showVega(container: HTMLElement, spec: unknown, library: string): Promise<void> {
  runLibrary(library);
  if (!globalThis.vegaEmbedBundle || !isRecord(spec)) throw new Error("This is not a Vega chart.");
  const given = isRecord(spec["usermeta"]) ? spec["usermeta"]["embedOptions"] : undefined;
  // The menu offers downloads and an editor elsewhere: a frame can do neither.
  const options = { ...(isRecord(given) ? given : {}), config: vegaColours(container), actions: false };
  await globalThis.vegaEmbedBundle.embed(container, spec, options);
}

/** Axes and words in the page's colours; what the chart itself sets goes before. */
function vegaColours(container: HTMLElement): object {
  const [text, soft, line] = ["--nb-text", "--nb-text-soft", "--nb-border"].map((name) => {
    container.style.color = `var(${name})`;
    return getComputedStyle(container).color;
  });
  container.style.removeProperty("color");
  const words = { labelColor: soft, titleColor: text };
  return {
    background: "transparent",
    view: { stroke: "transparent" },
    title: { color: text, subtitleColor: soft },
    axis: { ...words, gridColor: line, domainColor: line, tickColor: line },
    legend: words,
    header: words,
  };
}

/** Controls that only show: HTML, labels, progress, and a place for outputs. */

import { renderMath } from "../math.ts";
import { MATH_CLASS } from "../math-syntax.ts";
import type { Output } from "../output.ts";
import { OutputArea } from "../output-area.ts";
import { inlineHtml } from "../renderers/html.ts";
import { follow, labelled, number, text } from "./labelled.ts";
import type { ControlView } from "./view.ts";

/** Sanitised like every HTML that is shown inline: scripts in a label never ran in Jupyter either. */
const html: ControlView = (model, context) => {
  const holder = document.createElement("div");
  let shown: string | null = null;
  return labelled(model, context, holder, () => {
    const value = text(model, "value");
    if (value === shown) return;
    shown = value;
    holder.replaceChildren(inlineHtml(value));
  });
};

const label: ControlView = (model, context) => {
  const holder = document.createElement("span");
  return labelled(model, context, holder, () => {
    holder.textContent = text(model, "value");
    const formula = /^\$\$?([^$]+)\$\$?$/.exec(holder.textContent.trim())?.[1];
    if (!formula) return;
    const place = document.createElement("span");
    place.className = MATH_CLASS.inline;
    place.textContent = formula;
    holder.replaceChildren(place);
    void renderMath(holder);
  });
};

const progress: ControlView = (model, context) => {
  const bar = document.createElement("progress");
  return labelled(model, context, bar, () => {
    const minimum = number(model, "min", 0);
    bar.max = Math.max(Number.EPSILON, number(model, "max", 100) - minimum);
    bar.value = number(model, "value", 0) - minimum;
    bar.dataset["look"] = text(model, "bar_style");
  });
};

const output: ControlView = (model, context) => {
  const holder = document.createElement("div");
  const area = new OutputArea(holder, context);
  follow(model, context.signal, () => {
    const outputs = model.state["outputs"];
    area.update(Array.isArray(outputs) ? (outputs as Output[]) : []);
  });
  context.signal?.addEventListener("abort", () => area.dispose(), { once: true });
  return holder;
};

export const displays: Record<string, ControlView> = {
  HTMLModel: html,
  HTMLMathModel: html,
  LabelModel: label,
  IntProgressModel: progress,
  FloatProgressModel: progress,
  OutputModel: output,
};

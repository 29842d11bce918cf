/** Markdown and LaTeX as outputs. */
import { renderMarkdown } from "../markdown.ts";
import { renderMath } from "../math.ts";
import { MATH_CLASS } from "../math-syntax.ts";
import { textOf } from "../mime.ts";
import type { Renderer } from "./renderer.ts";

export const renderMarkdownOutput: Renderer = ({ value }, { highlight }) =>
  renderMarkdown(textOf(value), {}, highlight ? { highlight } : {});

/** A whole formula, with or without its dollars; prose with formulas in it is read as Markdown. */
export const renderLatex: Renderer = ({ value }) => {
  const tex = textOf(value).trim();
  const whole = /^\$\$?(?:\\displaystyle\s*)?([^$]+?)\$?\$$/.exec(tex) ?? /^\\\[([\s\S]+)\\\]$/.exec(tex);
  const isEnvironment = /^\\begin\{[^}]+\}[\s\S]+\\end\{[^}]+\}$/.test(tex);
  if (!whole && !isEnvironment) return renderMarkdown(tex);
  const element = document.createElement("div");
  element.className = "nb-latex";
  const formula = document.createElement("span");
  formula.className = MATH_CLASS.display;
  formula.textContent = whole?.[1] ?? tex;
  element.append(formula);
  renderMath(element).catch((cause) => {
    element.title = `Shown as text: KaTeX did not load (${cause}).`;
  });
  return element;
};

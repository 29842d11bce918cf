/** KaTeX: loaded when the first formula is met. */
import katex from "katex";

// A formula may nest and grow without end; these stop it long before the page feels it.
const LIMITS = { maxExpand: 500, maxSize: 20 };

/** Puts the formula into `host`, built from nodes; what KaTeX cannot read is shown as it was written. */
export function renderFormula(host: HTMLElement, tex: string, displayMode: boolean): void {
  try {
    katex.render(tex, host, { displayMode, trust: false, strict: "ignore", ...LIMITS });
  } catch (cause) {
    host.replaceChildren();
    host.textContent = tex;
    host.classList.add("nb-math-failed");
    host.title = cause instanceof Error ? cause.message : String(cause);
  }
}

/** Turns the formulas within an element into KaTeX's, loading it on the first one. */
import { adoptStyles, formulaStyles } from "./formula-styles.ts";
import { MATH_CLASS } from "./math-syntax.ts";

export async function renderMath(root: HTMLElement): Promise<void> {
  const formulas = [...root.querySelectorAll<HTMLElement>(`.${MATH_CLASS.inline}, .${MATH_CLASS.display}`)];
  if (formulas.length === 0) return;
  const [{ renderFormula }, sheet] = await Promise.all([import("./katex.ts"), formulaStyles()]);
  for (const formula of formulas) {
    renderFormula(formula, formula.textContent ?? "", formula.classList.contains(MATH_CLASS.display));
  }
  whenConnected(root, () => adoptStyles(sheet, root.getRootNode()));
}

function whenConnected(element: HTMLElement, act: () => void): void {
  if (element.isConnected) {
    act();
    return;
  }
  const sizes = new ResizeObserver(() => {
    if (!element.isConnected) return;
    sizes.disconnect();
    act();
  });
  sizes.observe(element);
}

/** KaTeX's style sheet: its address, and its rules for the roots that formulas stand in. */
import file from "katex/dist/katex.min.css";

/** The fonts lie beside it. */
export const FORMULA_STYLES = new URL(file, import.meta.url).href;

let loading: Promise<CSSStyleSheet> | null = null;

/** Fetched when the first formula is met; a failed try is forgotten. */
export function formulaStyles(): Promise<CSSStyleSheet> {
  loading ??= load().catch((error: unknown) => {
    loading = null;
    throw error;
  });
  return loading;
}

async function load(): Promise<CSSStyleSheet> {
  const response = await fetch(FORMULA_STYLES);
  if (!response.ok) throw new Error(`style sheet of formulas: HTTP ${response.status}`);
  const rules = await response.text();
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(rules.replaceAll("url(fonts/", `url(${new URL("fonts/", FORMULA_STYLES).href}`));
  return sheet;
}

/** Fonts count only in the document, rules only in the root that the formula stands in. */
export function adoptStyles(sheet: CSSStyleSheet, root: Node): void {
  for (const target of new Set([document, root])) {
    if (!(target instanceof Document || target instanceof ShadowRoot)) continue;
    if (!target.adoptedStyleSheets.includes(sheet)) target.adoptedStyleSheets.push(sheet);
  }
}

/** Rules that come with a part of the app that is loaded late: on the page, and in the cells' shadow root. */
import type { NotebookPage } from "../elements/notebook-page.ts";

const sheets = new Map<string, CSSStyleSheet>();

/** Until `signal`; once, however often it is asked for. */
export function adoptStyles(page: NotebookPage, rules: string, signal: AbortSignal): void {
  const sheet = sheets.get(rules) ?? new CSSStyleSheet();
  if (!sheets.has(rules)) sheet.replaceSync(rules);
  sheets.set(rules, sheet);
  const roots = [document, page.view.shadowRoot].filter(
    (root) => root !== null && !root.adoptedStyleSheets.includes(sheet),
  ) as DocumentOrShadowRoot[];
  for (const root of roots) root.adoptedStyleSheets.push(sheet);
  signal.addEventListener("abort", () => {
    for (const root of roots)
      root.adoptedStyleSheets = root.adoptedStyleSheets.filter((each) => each !== sheet);
  });
}

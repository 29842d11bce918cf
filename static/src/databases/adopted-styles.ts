/** The rules of what only databases show: on the page, and in the cells' shadow root. */
import type { NotebookPage } from "../elements/notebook-page.ts";
import rules from "../styles/roots/databases.css" with { type: "text" };

let sheet: CSSStyleSheet | null = null;

/** Until `signal`. */
export function adoptDatabaseStyles(page: NotebookPage, signal: AbortSignal): void {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(rules);
  }
  const own = sheet;
  const roots = [document, page.view.shadowRoot].filter((root) => root !== null);
  for (const root of roots) root.adoptedStyleSheets.push(own);
  signal.addEventListener("abort", () => {
    for (const root of roots)
      root.adoptedStyleSheets = root.adoptedStyleSheets.filter((each) => each !== own);
  });
}

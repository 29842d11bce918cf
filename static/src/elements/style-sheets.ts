/** The notebook's style sheet: fetched beside the first script, adopted by every notebook's shadow root. */
import file from "../styles/roots/notebook.css";

export const notebookSheet = new CSSStyleSheet();

/** Fills the sheet; the cells wait for it, so that nothing is shown without its style. */
export async function loadNotebookSheet(): Promise<void> {
  const response = await fetch(new URL(file, import.meta.url));
  if (!response.ok) throw new Error(`${file}: HTTP ${response.status}`);
  notebookSheet.replaceSync(await response.text());
}

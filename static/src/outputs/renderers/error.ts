/** An exception: its traceback, with ways to the lines of the cells it names. */
import type { ErrorOutput, OutputContext } from "../output.ts";
import { findCellLinks, findWebLinks } from "../text/links.ts";
import { TerminalView } from "../text/terminal-view.ts";

export function renderError(
  { ename, evalue, traceback }: ErrorOutput,
  { signal }: OutputContext,
): HTMLElement {
  const view = new TerminalView("nb-error", signal, (text) => [
    ...findCellLinks(text),
    ...findWebLinks(text),
  ]);
  view.set(traceback.length > 0 ? traceback.join("\n") : `${ename}: ${evalue}`);
  view.element.setAttribute("role", "group");
  view.element.setAttribute("aria-label", `Error: ${ename}`);
  return view.element;
}

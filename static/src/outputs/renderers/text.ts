/** Plain text, with a terminal's colours. */
import { textOf } from "../mime.ts";
import { TerminalView } from "../text/terminal-view.ts";
import type { Renderer } from "./renderer.ts";

export const renderText: Renderer = ({ value }, { signal }) => {
  const view = new TerminalView("nb-text-plain", signal);
  view.set(textOf(value));
  return view.element;
};

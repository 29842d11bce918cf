/** JavaScript, run in a frame of its own. */
import { textOf } from "../mime.ts";
import { askBeforeRunning } from "./ask-before-running.ts";
import type { Renderer } from "./renderer.ts";

export const renderJavascript: Renderer = ({ value }, { frames, trusted, signal }) => {
  const content = { type: "javascript" as const, source: textOf(value) };
  const open = () => frames.open({ title: "JavaScript output", content, ...(signal ? { signal } : {}) });
  return trusted ? open() : askBeforeRunning("JavaScript", open);
};

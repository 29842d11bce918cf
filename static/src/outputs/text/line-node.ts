/** One terminal line as DOM: a text node when it is plain, else spans and links; never markup from the text. */

import type { FindLinks, TextLink } from "./links.ts";
import type { Colour, TextStyle } from "./sgr.ts";
import type { StyledSpan, TerminalLine } from "./terminal-text.ts";

export function lineNode(line: TerminalLine, ending: string, findLinks: FindLinks): Node {
  const links = findLinks(line.text);
  if (line.spans.length === 0 && links.length === 0) return document.createTextNode(line.text + ending);
  const element = document.createElement("span");
  let at = 0;
  for (const link of links) {
    if (link.start < at) continue;
    appendStyled(element, line, at, link.start);
    const anchor = linkElement(link);
    appendStyled(anchor, line, link.start, link.end);
    element.append(anchor);
    at = link.end;
  }
  appendStyled(element, line, at, line.text.length);
  element.append(ending);
  return element;
}

function appendStyled(parent: HTMLElement, line: TerminalLine, start: number, end: number): void {
  let at = start;
  for (const span of line.spans) {
    if (span.end <= at || span.start >= end) continue;
    if (span.start > at) parent.append(line.text.slice(at, span.start));
    const from = Math.max(at, span.start);
    at = Math.min(end, span.end);
    parent.append(styledElement(span, line.text.slice(from, at)));
  }
  if (at < end) parent.append(line.text.slice(at, end));
}

function styledElement({ style }: StyledSpan, text: string): HTMLElement {
  const element = document.createElement("span");
  element.textContent = text;
  element.className = classesOf(style).join(" ");
  setColour(element, "--ansi-foreground", style.foreground);
  setColour(element, "--ansi-background", style.background);
  return element;
}

function classesOf({ foreground, background, flags }: TextStyle): string[] {
  const classes: string[] = flags.map((flag) => `ansi-${flag}`);
  if (foreground !== null) classes.push(typeof foreground === "number" ? `ansi-fg-${foreground}` : "ansi-fg");
  if (background !== null) classes.push(typeof background === "number" ? `ansi-bg-${background}` : "ansi-bg");
  return classes;
}

/** Numbers only: nothing that the program printed reaches the style as text. */
function setColour(element: HTMLElement, property: string, colour: Colour | null): void {
  if (colour === null || typeof colour === "number") return;
  element.style.setProperty(property, `rgb(${colour.join(" ")})`);
}

function linkElement(link: TextLink): HTMLElement {
  const anchor = document.createElement("a");
  if (link.kind === "web") {
    anchor.href = link.href;
    anchor.target = "_blank";
    anchor.rel = "noopener noreferrer";
    return anchor;
  }
  anchor.href = "#";
  anchor.className = "cell-reference";
  anchor.title = `Go to line ${link.line} of cell [${link.cellHint}]`;
  const { cellHint, line } = link;
  anchor.addEventListener("click", (event) => {
    event.preventDefault();
    anchor.dispatchEvent(
      new CustomEvent("jump", { bubbles: true, composed: true, detail: { cellHint, line } }),
    );
  });
  return anchor;
}

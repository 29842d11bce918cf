/** Colours for code: one set of class names for the live editor and for the still picture shown before it. */

import { highlightCode, tagHighlighter, tags } from "@lezer/highlight";
import { parser as pythonGrammar } from "@lezer/python";
import { isMagicLine, languageOf, maskMagicLines } from "./language.ts";

export const highlighter = tagHighlighter([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], class: "tok-keyword" },
  { tag: [tags.controlKeyword, tags.moduleKeyword, tags.definitionKeyword], class: "tok-keyword" },
  { tag: [tags.self, tags.null, tags.bool, tags.atom], class: "tok-atom" },
  { tag: tags.number, class: "tok-number" },
  { tag: [tags.string, tags.special(tags.string), tags.regexp, tags.character], class: "tok-string" },
  { tag: tags.escape, class: "tok-escape" },
  { tag: tags.comment, class: "tok-comment" },
  { tag: tags.function(tags.variableName), class: "tok-call" },
  { tag: tags.function(tags.propertyName), class: "tok-call" },
  { tag: tags.function(tags.definition(tags.variableName)), class: "tok-definition" },
  { tag: tags.definition(tags.className), class: "tok-definition" },
  { tag: [tags.typeName, tags.className], class: "tok-type" },
  { tag: [tags.operator, tags.punctuation, tags.derefOperator], class: "tok-operator" },
  { tag: tags.meta, class: "tok-meta" },
  { tag: tags.heading, class: "tok-heading" },
  { tag: tags.strong, class: "tok-strong" },
  { tag: tags.emphasis, class: "tok-emphasis" },
  { tag: [tags.link, tags.url], class: "tok-link" },
  { tag: tags.monospace, class: "tok-string" },
  { tag: tags.tagName, class: "tok-keyword" },
  { tag: tags.attributeName, class: "tok-type" },
  { tag: tags.attributeValue, class: "tok-string" },
  { tag: [tags.quote, tags.list, tags.contentSeparator, tags.processingInstruction], class: "tok-meta" },
]);

/** Fills `host` with one element a line, as the editor lays them out, so that mounting it moves nothing. */
export function renderHighlighted(host: HTMLElement, source: string, declared: string): void {
  const lines: HTMLElement[] = [];
  const startLine = () => {
    const line = document.createElement("div");
    line.className = "cm-line";
    lines.push(line);
  };
  const put = (text: string, classes: string) => {
    const line = lines.at(-1)!;
    if (!classes) return line.append(text);
    const span = document.createElement("span");
    span.className = classes;
    span.textContent = text;
    line.append(span);
  };
  startLine();
  if (languageOf(source, declared) === "python") {
    highlightCode(source, pythonGrammar.parse(maskMagicLines(source)), highlighter, put, startLine);
  } else {
    for (const [index, text] of source.split("\n").entries()) {
      if (index > 0) startLine();
      put(text, "");
    }
  }
  for (const line of lines) {
    if (declared === "python" && isMagicLine(line.textContent ?? "")) line.classList.add("nb-magic-line");
    if (line.childNodes.length === 0) line.append(document.createElement("br"));
  }
  host.replaceChildren(...lines);
}

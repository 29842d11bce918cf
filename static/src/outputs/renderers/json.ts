/** JSON as a tree to open branch by branch: native disclosure elements, so keys and screen readers work. */
import { type JsonNode, jsonTree } from "../json-tree.ts";
import type { Renderer } from "./renderer.ts";

export const renderJson: Renderer = ({ value, metadata }) => {
  const element = document.createElement("div");
  element.className = "nb-json";
  const root = nodeElement(jsonTree(value));
  if (root instanceof HTMLDetailsElement && metadata["expanded"] !== false) root.open = true;
  element.append(root);
  return element;
};

function nodeElement(node: JsonNode): HTMLElement {
  if (!node.isBranch) {
    const line = document.createElement("div");
    line.className = "nb-json-leaf";
    line.append(...words(node));
    return line;
  }
  const details = document.createElement("details");
  const summary = document.createElement("summary");
  summary.append(...words(node));
  details.append(summary);
  details.addEventListener("toggle", () => {
    if (!details.open || details.childElementCount > 1) return;
    const branch = document.createElement("div");
    branch.className = "nb-json-branch";
    branch.append(...node.children().map(nodeElement));
    details.append(branch);
  });
  return details;
}

function words({ label, kind, preview }: JsonNode): Node[] {
  const shown: Node[] = [];
  if (label) shown.push(span("nb-json-key", label), document.createTextNode(kind === "page" ? "" : ": "));
  shown.push(span(`nb-json-${kind}`, preview));
  return shown;
}

function span(className: string, text: string): HTMLElement {
  const element = document.createElement("span");
  element.className = className;
  element.textContent = text;
  return element;
}

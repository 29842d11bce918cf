/** Lucide's drawings as inline SVG, so that they take the colour of the text and need no request. */
import type { IconNode } from "lucide";

const NAMESPACE = "http://www.w3.org/2000/svg";

/** A word beside it or the button's label says what it means. */
export function drawIcon(node: IconNode, extraClass = ""): SVGSVGElement {
  const svg = document.createElementNS(NAMESPACE, "svg");
  svg.setAttribute("class", extraClass ? `icon ${extraClass}` : "icon");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  for (const [tag, attributes] of node) {
    const shape = document.createElementNS(NAMESPACE, tag);
    for (const [name, value] of Object.entries(attributes)) shape.setAttribute(name, String(value));
    svg.append(shape);
  }
  return svg;
}

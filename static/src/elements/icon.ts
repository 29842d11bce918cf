/** Lucide's drawings as inline SVG, so that they take the colour of the text and need no request. */
import { noChange } from "lit";
import { Directive, type DirectiveResult, directive } from "lit/directive.js";
import type { IconNode } from "lucide";

const NAMESPACE = "http://www.w3.org/2000/svg";

/** Draws anew only what changed: a fresh element in every update would lay out the whole page. */
class Icon extends Directive {
  #node: IconNode | null = null;
  #extraClass = "";

  override render(node: IconNode, extraClass = ""): SVGSVGElement | typeof noChange {
    if (node === this.#node && extraClass === this.#extraClass) return noChange;
    this.#node = node;
    this.#extraClass = extraClass;
    return draw(node, extraClass);
  }
}

/** An icon in a template; a word beside it or the button's label says what it means. */
export const icon: (node: IconNode, extraClass?: string) => DirectiveResult<typeof Icon> = directive(Icon);

function draw(node: IconNode, extraClass: string): SVGSVGElement {
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

/** Lucide's drawings in templates. */
import { noChange } from "lit";
import { Directive, type DirectiveResult, directive } from "lit/directive.js";
import type { IconNode } from "lucide";
import { drawIcon } from "../outputs/icon.ts";

/** Draws anew only what changed: a fresh element in every update would lay out the whole page. */
class Icon extends Directive {
  #node: IconNode | null = null;
  #extraClass = "";

  override render(node: IconNode, extraClass = ""): SVGSVGElement | typeof noChange {
    if (node === this.#node && extraClass === this.#extraClass) return noChange;
    this.#node = node;
    this.#extraClass = extraClass;
    return drawIcon(node, extraClass);
  }
}

/** An icon in a template; a word beside it or the button's label says what it means. */
export const icon: (node: IconNode, extraClass?: string) => DirectiveResult<typeof Icon> = directive(Icon);

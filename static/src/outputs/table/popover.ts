/** One popover per table: what it shows is made when it opens and goes when it closes. */
import { element } from "./elements.ts";

const GAP = 4;
const EDGE = 8;

export class Popover {
  readonly element: HTMLElement;
  #returnTo: HTMLElement | null = null;

  constructor() {
    this.element = element("div", { class: "popover", popover: "auto", role: "dialog" });
    this.element.addEventListener("toggle", (event) => {
      if (event.newState === "open") return;
      this.element.replaceChildren();
      this.#returnTo?.focus({ preventScroll: true });
    });
    // Escape closes it, and keys that are the notebook's mean nothing in it.
    this.element.addEventListener("keydown", (event) => event.stopPropagation());
  }

  /** Below `anchor`, or above it where more room is; the focus goes back to `returnTo`. */
  open(label: string, content: HTMLElement, anchor: HTMLElement, returnTo: HTMLElement): void {
    this.close();
    this.#returnTo = returnTo;
    this.element.setAttribute("aria-label", label);
    this.element.replaceChildren(content);
    this.element.showPopover();
    const place = () => this.#place(anchor.getBoundingClientRect());
    place();
    // What it shows may come later.
    const size = new ResizeObserver(place);
    size.observe(content);
    this.element.addEventListener("beforetoggle", () => size.disconnect(), { once: true });
    const first = content.querySelector<HTMLElement>("[autofocus], select, input, button");
    (first ?? content).focus({ preventScroll: true });
  }

  close(): void {
    if (this.element.matches(":popover-open")) this.element.hidePopover();
  }

  #place(anchor: DOMRect): void {
    const { offsetWidth, offsetHeight, style } = this.element;
    const left = Math.max(EDGE, Math.min(anchor.left, innerWidth - offsetWidth - EDGE));
    const isBelow = anchor.bottom + GAP + offsetHeight + EDGE <= innerHeight || anchor.top < innerHeight / 2;
    const wished = isBelow ? anchor.bottom + GAP : anchor.top - GAP - offsetHeight;
    style.left = `${left}px`;
    style.top = `${Math.max(EDGE, Math.min(wished, innerHeight - offsetHeight - EDGE))}px`;
  }
}

/** The outputs of one cell: follows the document's list with the fewest changes, and keeps tall output in bounds. */
import type { Output, OutputContext } from "./output.ts";
import { OutputView } from "./output-view.ts";

/** As tall as this stays whole; taller scrolls until a person asks for all of it. */
const TALL = 640;
/** Within this of its end, a scrolled area follows what is printed. */
const NEAR_END = 24;
const SETTLE_MILLISECONDS = 250;

export class OutputArea {
  readonly #context: OutputContext;
  readonly #views: OutputView[] = [];
  readonly #element = document.createElement("div");
  readonly #list = document.createElement("div");
  readonly #toggle = button("nb-output-toggle");
  readonly #copy = button("nb-output-copy", "Copy");
  readonly #height: ResizeObserver;
  #showsAll = false;
  #isTall = false;
  /** Output that came whole is read from its beginning; output that grows, at its end. */
  #followsEnd = false;
  #updates = 0;
  #settling = 0;

  constructor(host: HTMLElement, context: OutputContext) {
    this.#context = context;
    this.#list.className = "nb-outputs";
    this.#element.className = "nb-output-area";
    this.#toggle.hidden = true;
    this.#element.append(this.#list, this.#toggle, this.#copy);
    host.append(this.#element);
    this.#toggle.addEventListener("click", () => this.#toggleAll());
    this.#copy.addEventListener("click", () => this.#copyText());
    this.#list.addEventListener("scroll", () => this.#notePlace(), { passive: true });
    this.#height = new ResizeObserver(() => this.#measure());
  }

  update(outputs: readonly Output[]): void {
    let didReplace = false;
    this.#updates++;
    outputs.forEach((output, index) => {
      const view = this.#views[index];
      if (view?.take(output)) return;
      const next = new OutputView(output, this.#context);
      if (view) {
        didReplace = true;
        this.#holdHeight();
        this.#height.unobserve(view.element);
        view.element.before(next.element);
        view.dispose();
      } else this.#list.append(next.element);
      this.#height.observe(next.element);
      this.#views[index] = next;
    });
    if (outputs.length < this.#views.length && !didReplace) this.#holdHeight();
    for (const view of this.#views.splice(outputs.length)) {
      this.#height.unobserve(view.element);
      view.dispose();
    }
    this.#copy.hidden = outputs.length === 0;
  }

  /** Ends frames and gives back what the outputs hold. */
  dispose(): void {
    this.update([]);
    this.#height.disconnect();
    clearTimeout(this.#settling);
    this.#element.remove();
  }

  /** What a program draws anew must not make the page jump meanwhile. */
  #holdHeight(): void {
    this.#list.style.minHeight = `${this.#list.offsetHeight}px`;
    clearTimeout(this.#settling);
    this.#settling = window.setTimeout(
      () => this.#list.style.removeProperty("min-height"),
      SETTLE_MILLISECONDS,
    );
  }

  #measure(): void {
    const wasTall = this.#isTall;
    this.#isTall = this.#list.scrollHeight > TALL + NEAR_END;
    if (this.#isTall && !wasTall) this.#followsEnd = this.#updates > 1;
    this.#list.classList.toggle("scrolls", this.#isTall && !this.#showsAll);
    this.#toggle.hidden = !this.#isTall;
    this.#toggle.textContent = this.#showsAll ? "Show less" : this.#showAllWords();
    this.#toggle.setAttribute("aria-expanded", String(this.#showsAll));
    if (this.#isTall && !this.#showsAll) {
      this.#list.tabIndex = 0;
      if (this.#followsEnd) this.#list.scrollTop = this.#list.scrollHeight;
    } else this.#list.removeAttribute("tabindex");
  }

  #showAllWords(): string {
    const lines = this.#views.reduce((sum, view) => sum + view.lineCount, 0);
    return lines > 40 ? `Show all ${lines.toLocaleString("en")} lines` : "Show all";
  }

  #toggleAll(): void {
    this.#showsAll = !this.#showsAll;
    this.#followsEnd = false;
    this.#measure();
    if (!this.#showsAll) this.#list.scrollIntoView({ block: "nearest" });
  }

  #notePlace(): void {
    const { scrollHeight, scrollTop, clientHeight } = this.#list;
    this.#followsEnd = scrollHeight - scrollTop - clientHeight < NEAR_END;
  }

  #copyText(): void {
    const text = this.#views.map((view) => view.text).join("\n");
    const say = (words: string) => {
      this.#copy.textContent = words;
      window.setTimeout(() => this.#copy.replaceChildren("Copy"), 1500);
    };
    navigator.clipboard.writeText(text).then(
      () => say("Copied"),
      () => say("Not allowed to copy"),
    );
  }
}

function button(className: string, words = ""): HTMLButtonElement {
  const element = document.createElement("button");
  element.type = "button";
  element.className = className;
  element.textContent = words;
  return element;
}

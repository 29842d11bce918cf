/** Find and replace over all cells of the notebook. */
import { html, LitElement, nothing } from "lit";
import {
  ArrowDown,
  ArrowUp,
  CaseSensitive,
  type IconNode,
  Regex,
  Replace,
  ReplaceAll,
  WholeWord,
  X,
} from "lucide";
import {
  type FindQuery,
  type FindResult,
  findMatches,
  type Match,
  matchAfter,
  replacementFor,
} from "./find.ts";
import { icon } from "./icon.ts";
import type { NotebookController } from "./notebook-controller.ts";
import type { NotebookView } from "./notebook-view.ts";

type Switch = "caseSensitive" | "regex" | "wholeWord";

export interface FindBarParts {
  controller: NotebookController;
  view: Pick<NotebookView, "showMatches">;
  close(): void;
  say(message: string): void;
}

export class FindBar extends LitElement {
  static override properties = { query: { state: true }, current: { state: true }, result: { state: true } };
  declare query: FindQuery;
  declare current: number;
  declare result: FindResult;
  readonly #parts: FindBarParts;
  #replacement = "";
  #life = new AbortController();

  constructor(parts: FindBarParts) {
    super();
    this.#parts = parts;
    this.query = { text: "", caseSensitive: false, regex: false, wholeWord: false };
    this.result = { matches: [], error: "", isCut: false };
    this.current = 0;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#life = new AbortController();
    const { notebook } = this.#parts.controller;
    notebook.observe((change) => {
      if (change.structure || change.cells.size > 0) this.#search({ keepsPlace: true });
    }, this.#life.signal);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#life.abort();
    this.#parts.view.showMatches([], -1);
  }

  /** Puts the cursor into the field. */
  begin(): void {
    this.updateComplete.then(() => this.querySelector<HTMLInputElement>("input")?.select());
  }

  protected override createRenderRoot(): this {
    return this;
  }

  protected override render() {
    const { matches, error, isCut } = this.result;
    const count =
      matches.length === 0 ? "No results" : `${this.current + 1} of ${matches.length}${isCut ? "+" : ""}`;
    return html`<search class="find-bar" @keydown=${(event: KeyboardEvent) => this.#key(event)}>
      <div class="find-row">
        <input class="field" placeholder="Find" aria-label="Find in all cells" aria-invalid=${error !== ""}
          .value=${this.query.text} spellcheck="false" @input=${this.#type} />
        ${this.#switch("caseSensitive", CaseSensitive, "Match case")}
        ${this.#switch("wholeWord", WholeWord, "Whole words")}
        ${this.#switch("regex", Regex, "Regular expression")}
        <span class="find-count" role="status">${this.query.text === "" ? "" : error || count}</span>
        ${button(ArrowUp, "Previous match (Shift Enter)", () => this.#step(-1))}
        ${button(ArrowDown, "Next match (Enter)", () => this.#step(1))}
        ${button(X, "Close (Escape)", this.#parts.close)}
      </div>
      <div class="find-row">
        <input class="field" placeholder="Replace" aria-label="Replace with" spellcheck="false"
          @input=${(event: InputEvent) => {
            this.#replacement = (event.target as HTMLInputElement).value;
          }} />
        ${button(Replace, "Replace this match", () => this.#replaceCurrent())}
        ${button(ReplaceAll, "Replace all", () => this.#replaceAll())}
        ${error ? html`<span class="visually-hidden">${error}</span>` : nothing}
      </div>
    </search>`;
  }

  #switch(name: Switch, drawing: IconNode, title: string) {
    const toggle = () => {
      this.query = { ...this.query, [name]: !this.query[name] };
      this.#search({ keepsPlace: false });
    };
    return html`<button class="icon-button" aria-pressed=${this.query[name]} title=${title} aria-label=${title}
      @click=${toggle}>${icon(drawing)}</button>`;
  }

  readonly #type = (event: InputEvent): void => {
    this.query = { ...this.query, text: (event.target as HTMLInputElement).value };
    this.#search({ keepsPlace: false });
  };

  #search({ keepsPlace }: { keepsPlace: boolean }): void {
    const { controller } = this.#parts;
    this.result = findMatches(controller.notebook.cells(), this.query);
    const { matches } = this.result;
    this.current = keepsPlace
      ? Math.min(this.current, Math.max(0, matches.length - 1))
      : matchAfter(matches, controller.order, controller.activeId, 0);
    this.#show();
  }

  #show(): void {
    this.#parts.view.showMatches(this.result.matches, this.current);
  }

  #step(direction: 1 | -1): void {
    const { length } = this.result.matches;
    if (length === 0) return;
    this.current = (this.current + direction + length) % length;
    this.#show();
  }

  #key(event: KeyboardEvent): void {
    if (event.key === "Escape") this.#parts.close();
    else if (event.key === "Enter" && event.target instanceof HTMLInputElement)
      this.#step(event.shiftKey ? -1 : 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #replaceCurrent(): void {
    const match = this.result.matches[this.current];
    if (match) this.#replace([match]);
  }

  #replaceAll(): void {
    const { matches } = this.result;
    this.#replace(matches);
    this.#parts.say(
      `${matches.length} ${matches.length === 1 ? "match" : "matches"} replaced. Press Z on a cell to undo.`,
    );
  }

  /** From the end, so that earlier positions stay true; one step for undo. */
  #replace(matches: readonly Match[]): void {
    const { notebook } = this.#parts.controller;
    notebook.transact(() => {
      for (const match of matches.toReversed()) {
        const cell = notebook.cell(match.cellId);
        if (!cell) continue;
        const insert = replacementFor(cell.source, match, this.query, this.#replacement);
        cell.text.delete(match.from, match.to - match.from);
        cell.text.insert(match.from, insert);
      }
    });
  }
}

function button(drawing: IconNode, title: string, click: () => void) {
  return html`<button class="icon-button" title=${title} aria-label=${title} @click=${click}>
    ${icon(drawing)}
  </button>`;
}

customElements.define("find-bar", FindBar);

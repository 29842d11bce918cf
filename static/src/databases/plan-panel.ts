/** What a database would do for a SQL cell: its plan as a tree, with each step's share of the cost. */
import { html, LitElement, nothing } from "lit";
import { ChevronRight, RotateCw, X } from "lucide";
import type { QueryPlan } from "../contracts/generated-databases.ts";
import { icon } from "../elements/icon.ts";
import { type PlanRow, planRows } from "./plan-rows.ts";
import { wordsOf } from "./relay-answers.ts";
import { counted } from "./schema-tree.ts";

/** What a panel shows of one question. */
export type ShownPlan =
  | { kind: "waiting"; words: string }
  | { kind: "plan"; plan: QueryPlan }
  /** `place` is the line of the SQL with a caret, where the database named one. */
  | { kind: "failed"; error: unknown; place: string };

export interface PlanPanelParts {
  /** Asks for the plan of the cell as it is now. */
  again(): void;
  close(): void;
}

export class PlanPanel extends LitElement {
  static override properties = { shown: { attribute: false }, heading: {}, activeStep: { state: true } };
  declare shown: ShownPlan;
  /** Which cell, and which connection. */
  declare heading: string;
  declare activeStep: number;
  readonly #parts: PlanPanelParts;
  #collapsed = new Set<number>();
  #rows: PlanRow[] = [];
  #movesFocus = false;

  constructor(parts: PlanPanelParts) {
    super();
    this.#parts = parts;
    this.shown = { kind: "waiting", words: "" };
    this.heading = "";
    this.activeStep = 0;
  }

  /** The tree has the focus as soon as there is one, so that arrows walk it. */
  show(shown: ShownPlan): void {
    this.shown = shown;
    this.#collapsed = new Set();
    this.activeStep = 0;
    this.#movesFocus = shown.kind === "plan";
  }

  protected override createRenderRoot(): this {
    return this;
  }

  protected override willUpdate(): void {
    const { shown } = this;
    this.#rows = shown.kind === "plan" ? planRows(shown.plan.steps, this.#collapsed) : [];
  }

  protected override render() {
    return html`<aside class="schema-panel" aria-label="Plan" @keydown=${(event: KeyboardEvent) => this.#panelKey(event)}>
      <header>
        <h2>Plan</h2>
        ${button(RotateCw, "Ask for the plan again", this.#parts.again, this.shown.kind === "waiting")}
        ${button(X, "Close the plan", this.#parts.close)}
      </header>
      <p class="soft plan-of">${this.heading}</p>
      ${this.#content()}
    </aside>`;
  }

  #content() {
    const { shown } = this;
    switch (shown.kind) {
      case "waiting":
        return html`<p class="soft" role="status">${shown.words}</p>`;
      case "failed": {
        const { message, hint } = wordsOf(shown.error);
        return html`<div class="schema-refused" role="alert"><p><strong>${message}</strong></p>
          ${shown.place ? html`<pre>${shown.place}</pre>` : nothing}
          <p>${hint}</p>
        </div>`;
      }
      case "plan":
        return this.#plan(shown.plan);
    }
  }

  #plan({ steps, text }: QueryPlan) {
    const hasCost = this.#rows.some(({ share }) => share !== null);
    const said = hasCost
      ? "Bars: each step’s own share of the expected cost."
      : "This database states no cost of a step.";
    return html`<p class="visually-hidden" role="status">${`The plan has ${counted(steps.length, "step")}.`}</p>
      ${
        steps.length === 0
          ? html`<p class="soft">The steps could not be told apart: below is the plan as the database writes it.</p>`
          : html`<p class="soft">${said} The statement was not run.</p>
            <div class="plan-tree" role="tree" aria-label="Steps of the plan" @keydown=${(event: KeyboardEvent) => this.#treeKey(event)}>
              ${this.#rows.map((row) => this.#row(row))}
            </div>`
      }
      <details class="plan-text" ?open=${steps.length === 0}>
        <summary>As the database writes it</summary>
        <pre tabindex="0" role="group" aria-label="The plan as the database writes it">${text}</pre>
      </details>`;
  }

  #row(row: PlanRow) {
    const { step, index, share } = row;
    const isActive = index === this.activeStep;
    const choose = () => {
      this.activeStep = index;
      if (row.isExpanded !== null) this.#toggle(row, !row.isExpanded);
    };
    const rows = rowWords(row);
    return html`<div class="plan-step" role="treeitem" style=${`--level: ${row.level}`} data-step=${index}
      tabindex=${isActive ? 0 : -1} aria-level=${row.level} aria-posinset=${row.position} aria-setsize=${row.siblings}
      aria-expanded=${row.isExpanded === null ? nothing : String(row.isExpanded)} aria-selected=${String(isActive)}
      aria-label=${spoken(row)} @click=${choose}>
      ${row.isExpanded === null ? html`<span class="schema-no-arrow"></span>` : icon(ChevronRight, row.isExpanded ? "open" : "")}
      <div class="plan-words"><span class="plan-name">${step.name}</span>
        ${step.detail ? html`<span class="plan-detail">${step.detail}</span>` : nothing}</div>
      <div class="plan-figures">
        ${rows ? html`<span class="soft">${rows}</span>` : nothing}
        ${share === null ? nothing : html`<span class="plan-share">${percent(share)}</span>`}
      </div>
      ${share === null ? nothing : html`<span class="plan-bar"><i style=${`width: ${(share * 100).toFixed(1)}%`}></i></span>`}
    </div>`;
  }

  #panelKey(event: KeyboardEvent): void {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    this.#parts.close();
  }

  /** As the pattern of a tree has it. */
  #treeKey(event: KeyboardEvent): void {
    const at = this.#rows.findIndex(({ index }) => index === this.activeStep);
    const row = this.#rows[at];
    if (!row || event.altKey || event.ctrlKey || event.metaKey) return;
    const keys: Record<string, () => void> = {
      ArrowDown: () => this.#focusRow(at + 1),
      ArrowUp: () => this.#focusRow(at - 1),
      Home: () => this.#focusRow(0),
      End: () => this.#focusRow(this.#rows.length - 1),
      ArrowRight: () => (row.isExpanded === false ? this.#toggle(row, true) : this.#focusRow(at + 1)),
      ArrowLeft: () =>
        row.isExpanded
          ? this.#toggle(row, false)
          : this.#focusRow(this.#rows.findIndex(({ index }) => index === row.parent)),
      " ": () => row.isExpanded !== null && this.#toggle(row, !row.isExpanded),
      Enter: () => row.isExpanded !== null && this.#toggle(row, !row.isExpanded),
    };
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    // The notebook has commands on the same keys.
    event.stopPropagation();
    act();
  }

  #focusRow(at: number): void {
    const row = this.#rows[Math.min(at, this.#rows.length - 1)];
    if (!row || at < 0) return;
    this.activeStep = row.index;
    this.#movesFocus = true;
    this.requestUpdate();
  }

  #toggle(row: PlanRow, isOpen: boolean): void {
    if (isOpen) this.#collapsed.delete(row.index);
    else this.#collapsed.add(row.index);
    this.requestUpdate();
  }

  protected override updated(): void {
    if (!this.#movesFocus) return;
    this.#movesFocus = false;
    const row = this.querySelector<HTMLElement>('.plan-step[tabindex="0"]');
    row?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: "nearest" });
  }
}

/** "≈ 12,000 rows". */
function rowWords({ step: { rows } }: PlanRow): string {
  if (rows === undefined || rows === null) return "";
  return `≈ ${counted(Math.round(rows), "row")}`;
}

function percent(share: number): string {
  const whole = Math.round(share * 100);
  return whole === 0 && share > 0 ? "< 1 %" : `${whole} %`;
}

/** What a screen reader says of a row. */
function spoken(row: PlanRow): string {
  const { step, share } = row;
  const cost = share === null ? "" : `${percent(share)} of the cost`;
  return [step.name, step.detail, rowWords(row), cost].filter(Boolean).join(", ");
}

function button(drawing: typeof X, title: string, act: () => void, disabled = false) {
  return html`<button class="icon-button" title=${title} aria-label=${title} ?disabled=${disabled} @click=${act}>${icon(drawing)}</button>`;
}

customElements.define("plan-panel", PlanPanel);

/** One cell: margin with its run state, source, rendered Markdown, outputs, and the tools while it is in use. */
import { html, LitElement, nothing, type PropertyValues } from "lit";
import { ChevronRight, LoaderCircle, Play, Square } from "lucide";
import type { Cell } from "../document/notebook.ts";
import { cellInsert } from "./cell-insert.ts";
import { cellLabel, stateWords } from "./cell-label.ts";
import { cellNote } from "./cell-note.ts";
import { CellSource } from "./cell-source.ts";
import { cellTools } from "./cell-tools.ts";
import { foldingOf } from "./cell-view-state.ts";
import type { CommandHandlers } from "./commands.ts";
import { readableDuration } from "./duration.ts";
import { icon } from "./icon.ts";
import { inputPrompt } from "./input-prompt.ts";
import type { NotebookController } from "./notebook-controller.ts";
import type { OutputView, Rendering } from "./rendering.ts";
import { selectOnly } from "./selection.ts";

const ELAPSED_MILLISECONDS = 100;
/** Tools come to where selection or pointer rests: drawing them takes longer than moving on. */
const REST_MILLISECONDS = 60;

export interface CellContext {
  controller: NotebookController;
  commands: CommandHandlers;
  rendering: Rendering;
  tooltipParent: HTMLElement;
  onError(error: unknown): void;
}

export class NotebookCell extends LitElement {
  static override properties = {
    position: { type: Number },
    total: { type: Number },
    showsTools: { state: true },
  };
  declare position: number;
  declare total: number;
  declare showsTools: boolean;
  readonly cellId: string;
  readonly #context: CellContext;
  readonly #source: CellSource;
  readonly #outputsHost = document.createElement("div");
  readonly #rendered = document.createElement("div");
  #outputs: OutputView | null = null;
  #areOutputsStale = true;
  #renderedSource: string | null = null;
  #ticking = 0;
  #resting = 0;
  #isHovered = false;
  #wasSourceShown = false;

  constructor(cellId: string, context: CellContext) {
    super();
    this.showsTools = false;
    this.cellId = cellId;
    this.#context = context;
    const { controller, tooltipParent, onError } = context;
    this.#source = new CellSource({
      services: controller.services,
      tooltipParent,
      onError,
      onLeave: (direction) => this.#goOn(direction),
    });
    this.#outputsHost.className = "cell-outputs";
    this.#rendered.className = "cell-rendered";
    this.#rendered.addEventListener("dblclick", () => controller.edit(cellId));
    this.addEventListener("pointerenter", () => this.#hover(true));
    this.addEventListener("pointerleave", () => this.#hover(false));
  }

  get source(): CellSource {
    return this.#source;
  }

  get cell(): Cell | undefined {
    return this.#context.controller.notebook.cell(this.cellId);
  }

  /** Whether it was drawn as active or selected the last time. */
  get showsSelection(): boolean {
    return this.classList.contains("active") || this.classList.contains("selected");
  }

  /** Outputs changed: they are shown with the next update. */
  outputsChanged(): void {
    this.#areOutputsStale = true;
    this.requestUpdate();
  }

  protected override createRenderRoot(): this {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // A cell may be given the focus before its first update.
    if (!this.hasAttribute("tabindex")) this.tabIndex = -1;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#ticking);
    clearTimeout(this.#resting);
    this.#ticking = 0;
    this.#resting = 0;
  }

  protected override async scheduleUpdate(): Promise<void> {
    await this.#context.controller.drawing.held;
    super.scheduleUpdate();
  }

  protected override willUpdate(_changed: PropertyValues): void {
    const { cell } = this;
    if (!cell) return;
    const { controller } = this.#context;
    const isActive = controller.activeId === this.cellId;
    const label = this.#label(cell);
    const state = controller.session.stateOf(this.cellId);
    this.setAttribute("role", "article");
    this.setAttribute("aria-label", label);
    this.setAttribute("aria-posinset", String(this.position));
    this.setAttribute("aria-setsize", String(this.total));
    this.tabIndex = isActive ? 0 : -1;
    this.classList.toggle("active", isActive);
    this.classList.toggle("selected", controller.selectedIds.includes(this.cellId));
    this.classList.toggle("editing", isActive && controller.mode === "edit");
    this.dataset["type"] = cell.type;
    this.dataset["state"] = state.kind === "finished" ? state.status : state.kind;
    this.#source.update(
      cell,
      label.split(",", 1)[0]!,
      controller.showsLineNumbers(this.cellId) && cell.type === "code",
    );
    this.#tick(state.kind === "running");
    this.#rest();
  }

  protected override render() {
    const { cell } = this;
    if (!cell) return nothing;
    const { controller, commands } = this.#context;
    const folding = foldingOf(cell);
    const showsRendered = cell.type === "markdown" && !controller.isMarkdownOpen(cell);
    const input = controller.session.pendingInput;
    const isAsked = input?.cellId === this.cellId;
    const act = (command: keyof CommandHandlers) => () => {
      if (!controller.selectedIds.includes(this.cellId)) controller.select(selectOnly(this.cellId));
      commands[command]();
    };
    if (showsRendered) this.#drawMarkdown(cell);
    if (cell.type === "code" && !folding.isOutputHidden) this.#drawOutputs(cell);
    this.#outputsHost.classList.toggle("scrolled", folding.isOutputScrolled);
    const hasOutputs = cell.type === "code" && cell.outputs.length > 0;
    return html`
      <div class="cell-margin">${cell.type === "code" ? this.#margin(cell) : nothing}</div>
      <div class="cell-body">
        ${this.showsTools ? cellTools(cell, folding, act, controller.databases) : nothing}
        ${
          folding.isSourceHidden
            ? folded("Source hidden", firstLine(cell.source), act("toggle-source"))
            : showsRendered
              ? this.#rendered
              : this.#source.element
        }
        ${isAsked ? inputPrompt(input, (value) => this.#answer(value)) : nothing}
        ${cellNote(controller.session.stateOf(this.cellId), isAsked)}
        ${hasOutputs && folding.isOutputHidden ? folded("Output hidden", "", act("toggle-output")) : nothing}
        ${hasOutputs && !folding.isOutputHidden ? this.#outputsHost : nothing}
      </div>
      ${this.showsTools ? cellInsert((type) => this.#insertBelow(type)) : nothing}
    `;
  }

  protected override updated(): void {
    const isSourceShown = this.#source.element.isConnected;
    // An editor that was taken out of the page cannot know its size when it comes back.
    if (isSourceShown && !this.#wasSourceShown) this.#source.editor?.view.requestMeasure();
    this.#wasSourceShown = isSourceShown;
  }

  #label(cell: Cell): string {
    return cellLabel({
      type: cell.type,
      position: this.position,
      total: this.total,
      executionCount: cell.executionCount,
      hasError: cell.type === "code" && cell.outputs.some(({ output_type }) => output_type === "error"),
      state: this.#context.controller.session.stateOf(this.cellId),
    });
  }

  #margin(cell: Cell) {
    const { controller, commands } = this.#context;
    const state = controller.session.stateOf(this.cellId);
    const isRunning = state.kind === "running";
    const count = cell.executionCount === null ? " " : String(cell.executionCount);
    const run = () => {
      controller.select(selectOnly(this.cellId), { focus: false });
      if (isRunning) commands.stop();
      else controller.run([this.cellId]).catch(this.#context.onError);
    };
    const time =
      state.kind === "running"
        ? readableDuration(Math.max(0, Date.now() / 1000 - state.startedAt))
        : state.kind === "finished"
          ? readableDuration(state.durationSeconds)
          : state.kind === "queued"
            ? `#${state.position + 1}`
            : "";
    return html`
      <button class="cell-run" @click=${run} aria-label=${isRunning ? "Stop this cell" : "Run this cell"}
        title=${`${isRunning ? "Stop" : "Run"}: ${stateWords(state, cell.executionCount, false)}`} tabindex="-1">
        <span class="cell-count">${isRunning ? icon(LoaderCircle, "spinning") : state.kind === "queued" ? "…" : count}</span>
        <span class="cell-run-icon">${icon(isRunning ? Square : Play)}</span>
      </button>
      <span class="cell-time" aria-hidden="true">${time}</span>
    `;
  }

  #drawMarkdown(cell: Cell): void {
    const { source } = cell;
    if (source === this.#renderedSource) return;
    this.#renderedSource = source;
    this.#rendered.replaceChildren(this.#context.rendering.markdown(source, cell.attachments));
  }

  #drawOutputs(cell: Cell): void {
    if (!this.#areOutputsStale) return;
    this.#areOutputsStale = false;
    const { outputs } = cell;
    if (outputs.length === 0 && !this.#outputs) return;
    this.#outputs ??= this.#context.rendering.outputs(this.#outputsHost, this.cellId);
    this.#outputs.update(outputs);
  }

  #insertBelow(type: "code" | "markdown"): void {
    const { controller } = this.#context;
    const cell = controller.notebook.insertCell(controller.order.indexOf(this.cellId) + 1, { type });
    controller.edit(cell.id);
  }

  #answer(value: string | null): void {
    const { controller } = this.#context;
    controller.session.answerInput(value);
    controller.returnFocus();
  }

  #goOn(direction: "up" | "down"): void {
    const { controller } = this.#context;
    const { order } = controller;
    const next = order[order.indexOf(this.cellId) + (direction === "down" ? 1 : -1)];
    const cell = next && controller.notebook.cell(next);
    if (!cell) return;
    const isRendered = cell.type === "markdown" && !controller.isMarkdownOpen(cell);
    if (isRendered) {
      controller.leaveEditor();
      controller.select(selectOnly(cell.id));
    } else controller.edit(cell.id, direction === "down" ? "start" : "end");
  }

  #hover(isHovered: boolean): void {
    this.#isHovered = isHovered;
    this.#rest();
  }

  #rest(): void {
    const wanted = () => this.#isHovered || this.#context.controller.activeId === this.cellId;
    if (this.#resting || wanted() === this.showsTools) return;
    this.#resting = window.setTimeout(() => {
      this.#resting = 0;
      this.showsTools = wanted();
    }, REST_MILLISECONDS);
  }

  #tick(isRunning: boolean): void {
    if (!isRunning) {
      clearInterval(this.#ticking);
      this.#ticking = 0;
    } else if (!this.#ticking) {
      this.#ticking = window.setInterval(() => this.requestUpdate(), ELAPSED_MILLISECONDS);
    }
  }
}

function firstLine(source: string): string {
  return source.trimStart().split("\n", 1)[0] ?? "";
}

function folded(words: string, peek: string, open: () => void) {
  return html`<button class="cell-folded" @click=${open} aria-expanded="false">
    ${icon(ChevronRight)}<span>${words}</span>${peek ? html`<code>${peek}</code>` : nothing}
  </button>`;
}

customElements.define("notebook-cell", NotebookCell);

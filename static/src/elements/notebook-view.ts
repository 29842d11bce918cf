/** The cells of one notebook, in one shadow root: a page's own styles stay out, popups and focus stay in. */
import { LitElement } from "lit";
import type { JumpDetail } from "../outputs/output.ts";
import { arrange } from "./cell-list.ts";
import { CellSource } from "./cell-source.ts";
import type { CommandHandlers, CommandId } from "./commands.ts";
import { keymapOf } from "./commands.ts";
import type { Match } from "./find.ts";
import { KeySequence } from "./key-sequence.ts";
import { type CellContext, NotebookCell } from "./notebook-cell.ts";
import type { CellsOnPage, NotebookController } from "./notebook-controller.ts";
import { isMac } from "./platform.ts";
import type { Rendering } from "./rendering.ts";
import { selectOnly } from "./selection.ts";
import { notebookSheet } from "./style-sheets.ts";

export interface NotebookViewParts {
  controller: NotebookController;
  commands: CommandHandlers;
  rendering: Rendering;
  onError(error: unknown): void;
}

export class NotebookView extends LitElement implements CellsOnPage {
  readonly #parts: NotebookViewParts;
  readonly #context: CellContext;
  readonly list = document.createElement("div");
  readonly #popups = document.createElement("div");
  readonly #cells = new Map<string, NotebookCell>();
  readonly #commandKeys = new KeySequence<CommandId>(keymapOf("command"));
  readonly #editKeys = new KeySequence<CommandId>(keymapOf("edit"));
  #life = new AbortController();

  constructor(parts: NotebookViewParts) {
    super();
    this.#parts = parts;
    this.#context = { ...parts, tooltipParent: this.#popups };
    this.list.className = "cells";
    this.list.setAttribute("role", "feed");
    this.list.setAttribute("aria-label", "Cells");
    this.#popups.className = "popups";
  }

  protected override createRenderRoot(): ShadowRoot {
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [notebookSheet];
    return root;
  }

  protected override render() {
    return [this.list, this.#popups];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#life = new AbortController();
    const { signal } = this.#life;
    const { controller } = this.#parts;
    const { session } = controller;
    controller.cells = this;
    controller.notebook.observe((change) => {
      for (const id of change.outputs) this.#cells.get(id)?.outputsChanged();
      for (const id of change.cells) this.#cells.get(id)?.requestUpdate();
      // A change of type is a change of structure, and it concerns a cell that stays.
      if (change.structure) this.#arrange();
    }, signal);
    controller.addEventListener("selection", () => this.#updateSelected(), { signal });
    controller.addEventListener("view", () => this.#updateAll(), { signal });
    session.on(
      "run",
      ({ cellIds }) => {
        for (const id of cellIds) this.#cells.get(id)?.requestUpdate();
      },
      signal,
    );
    session.on("input", () => this.#updateAll(), signal);
    this.list.addEventListener("focusin", (event) => this.#followFocus(event), { signal });
    this.list.addEventListener("pointerdown", (event) => this.#selectRange(event), {
      signal,
      capture: true,
    });
    this.list.addEventListener("jump", (event) => this.#jump(event as CustomEvent<JumpDetail>), { signal });
    this.addEventListener("keydown", (event) => this.#editKey(event), { signal, capture: true });
    this.addEventListener("keydown", (event) => this.pressed(event), { signal });
    this.#arrange();
    whenIdle(() => CellSource.load().catch(this.#parts.onError));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#life.abort();
    this.#parts.controller.cells = null;
    for (const cell of this.#cells.values()) cell.source.dispose();
    this.#cells.clear();
    this.list.replaceChildren();
  }

  /** Those on the page, in any order. */
  cells(): NotebookCell[] {
    return [...this.#cells.values()];
  }

  focusCell(id: string): void {
    const cell = this.#cells.get(id);
    if (!cell) return;
    cell.focus({ preventScroll: true });
    cell.scrollIntoView({ block: "nearest" });
    // What a quick run shows above it with the next frame may push it away again.
    requestAnimationFrame(() => {
      if (this.#parts.controller.activeId === id) cell.scrollIntoView({ block: "nearest" });
    });
  }

  focusEditor(id: string, place?: "start" | "end"): void {
    const cell = this.#cells.get(id);
    // A Markdown cell shows its editor only once it has been updated.
    cell?.updateComplete.then(() => cell.source.focus(place)).catch(this.#parts.onError);
  }

  cursorOf(id: string): number | null {
    return this.#cells.get(id)?.source.editor?.cursor ?? null;
  }

  goToLine(id: string, line: number): void {
    const source = this.#cells.get(id)?.source;
    source?.mount().then((editor) => editor.goToLine(line), this.#parts.onError);
  }

  /** Marks the matches in all editors and brings the current one into view. */
  showMatches(matches: readonly Match[], current: number): void {
    const shown = matches[current];
    for (const [id, cell] of this.#cells) {
      const ranges = matches.filter(({ cellId }) => cellId === id);
      cell.source.showFound(ranges.map((match) => ({ ...match, isCurrent: match === shown })));
    }
    if (!shown) return;
    const cell = this.#cells.get(shown.cellId);
    cell?.source.mount().then((editor) => editor.select(shown.from, shown.to), this.#parts.onError);
    cell?.scrollIntoView({ block: "nearest" });
  }

  #arrange(): void {
    const { order } = this.#parts.controller;
    arrange(this.list, this.#cells, order, (id) => new NotebookCell(id, this.#context));
    for (const [index, id] of order.entries()) {
      const cell = this.#cells.get(id)!;
      cell.position = index + 1;
      cell.total = order.length;
      cell.requestUpdate();
    }
  }

  /** Only the cells that were or are selected: updating all of them would take the time of a frame. */
  #updateSelected(): void {
    const { activeId, selectedIds } = this.#parts.controller;
    const selected = new Set<string | null>([...selectedIds, activeId]);
    for (const [id, cell] of this.#cells) if (selected.has(id) || cell.showsSelection) cell.requestUpdate();
  }

  #updateAll(): void {
    for (const cell of this.#cells.values()) cell.requestUpdate();
  }

  #followFocus(event: FocusEvent): void {
    const cell = cellOf(event);
    if (!cell) return;
    const target = event.composedPath()[0];
    // Answering a question of a cell is an interruption: the selection stays where the person works.
    if (target instanceof Element && target.closest(".cell-input")) return;
    const isEditor = target instanceof Element && target.closest(".cm-editor") !== null;
    this.#parts.controller.focused(cell.cellId, isEditor ? "edit" : "command");
  }

  /** A traceback names a cell by its execution count. */
  #jump({ detail: { cellHint, line } }: CustomEvent<JumpDetail>): void {
    const cell = this.#parts.controller.notebook.cells().find((each) => each.executionCount === cellHint);
    if (!cell) return;
    this.#parts.controller.select(selectOnly(cell.id));
    this.goToLine(cell.id, line);
  }

  /** Shift and a click select the range up to a cell; a click beside the controls gives it the focus. */
  #selectRange(event: PointerEvent): void {
    const cell = cellOf(event);
    const target = event.composedPath()[0];
    if (!cell || !(target instanceof Element)) return;
    const isInteractive = target.closest(
      ".cm-editor, .cm-still, button, input, select, a, iframe, summary, [role=grid]",
    );
    if (!isInteractive && event.shiftKey) {
      event.preventDefault();
      const { selection } = this.#parts.controller;
      this.#parts.controller.select({ ...selection, activeId: cell.cellId });
    }
  }

  /** Keys that work inside an editor come before the editor's own; leaving it comes after them. */
  #editKey(event: KeyboardEvent): void {
    if (!isInEditor(event) || event.isComposing) return;
    const command = this.#editKeys.press(event, isMac);
    if (command === null || command === "pending" || command === "leave-editor") return;
    this.#carryOut(event, command);
    event.stopPropagation();
  }

  /** A key pressed on a cell, or on nothing at all. */
  pressed(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing) return;
    if (isInEditor(event)) {
      if (this.#editKeys.press(event, isMac) === "leave-editor") this.#carryOut(event, "leave-editor");
      return;
    }
    if (isInField(event)) return;
    const command = this.#commandKeys.press(event, isMac);
    if (command === null) return;
    if (command === "pending") {
      event.preventDefault();
      return;
    }
    const target = event.composedPath()[0];
    const pressesControl = target instanceof Element && target.closest("button, a, summary, select") !== null;
    if (command === "edit" && pressesControl) return;
    if (command === "copy" && getSelectedText(this.shadowRoot) !== "") return;
    this.#carryOut(event, command);
  }

  #carryOut(event: KeyboardEvent, command: CommandId): void {
    event.preventDefault();
    this.#parts.commands[command]();
  }
}

function cellOf(event: Event): NotebookCell | null {
  return event.composedPath().find((target) => target instanceof NotebookCell) ?? null;
}

function isInEditor(event: Event): boolean {
  const target = event.composedPath()[0];
  return target instanceof Element && target.closest(".cm-editor") !== null;
}

function isInField(event: Event): boolean {
  const target = event.composedPath()[0];
  return (
    target instanceof Element && target.closest("input, textarea, select, [contenteditable='true']") !== null
  );
}

/** Text that a person marked in an output: copying means that, not the cell. */
function getSelectedText(root: ShadowRoot | null): string {
  const scoped = root as (ShadowRoot & { getSelection?(): Selection | null }) | null;
  return (scoped?.getSelection?.() ?? document.getSelection())?.toString() ?? "";
}

/** Safari has no requestIdleCallback. */
function whenIdle(act: () => void): void {
  if ("requestIdleCallback" in window) requestIdleCallback(act, { timeout: 500 });
  else setTimeout(act, 0);
}

customElements.define("notebook-view", NotebookView);

/** One open notebook as its elements share it: the session, the selection, the mode, and what a cell shows. */
import type { Cell, DocumentChange, NotebookDocument } from "../document/notebook.ts";
import type { EditorServices } from "../editor/services.ts";
import type { NotebookSession } from "../session/session.ts";
import { foldingOf, hideSource } from "./cell-view-state.ts";
import type { Databases } from "./databases.ts";
import { Drawing } from "./drawing.ts";
import { afterChange, NOTHING_SELECTED, type Selection, selectedIds, selectOnly } from "./selection.ts";

export type Mode = "command" | "edit";

/** What the controller asks of the cell elements on the page. */
export interface CellsOnPage {
  focusCell(id: string): void;
  focusEditor(id: string, place?: "start" | "end"): void;
  /** Where the cursor of the cell's editor stands; null when it has none. */
  cursorOf(id: string): number | null;
  goToLine(id: string, line: number): void;
}

/** Copied cells as text, shared by the notebooks of a page. */
export interface CellClipboard {
  text: string;
}

/** Fires "selection" when selection or mode changed, "view" when the look of cells did. */
export class NotebookController extends EventTarget {
  readonly session: NotebookSession;
  readonly services: EditorServices;
  readonly drawing = new Drawing();
  cells: CellsOnPage | null = null;
  /** null until one is wanted. */
  databases: Databases | null = null;
  readonly clipboard: CellClipboard;
  #selection: Selection = NOTHING_SELECTED;
  #mode: Mode = "command";
  #order: readonly string[];
  /** Markdown cells that show their source; the others show what it renders to. */
  readonly #openMarkdown = new Set<string>();
  #showsLineNumbers: boolean;
  readonly #lineNumberExceptions = new Set<string>();

  constructor(
    session: NotebookSession,
    services: EditorServices,
    options: { lineNumbers: boolean; clipboard: CellClipboard },
    signal: AbortSignal,
  ) {
    super();
    this.session = session;
    this.services = services;
    this.#showsLineNumbers = options.lineNumbers;
    this.clipboard = options.clipboard;
    this.#order = this.notebook.cells().map(({ id }) => id);
    this.#selection = selectOnly(this.#order[0] ?? null);
    this.notebook.observe((change) => this.#follow(change), signal);
    session.on("run", () => session.running === null && this.drawing.release(), signal);
    window.addEventListener("keydown", (event) => this.drawing.releaseFor(event), { signal, capture: true });
    window.addEventListener("pointerdown", () => this.drawing.release(), { signal, capture: true });
  }

  get notebook(): NotebookDocument {
    return this.session.notebook;
  }

  get order(): readonly string[] {
    return this.#order;
  }

  get mode(): Mode {
    return this.#mode;
  }

  get activeId(): string | null {
    return this.#selection.activeId;
  }

  get active(): Cell | undefined {
    return this.notebook.cell(this.activeId ?? "");
  }

  get selection(): Selection {
    return this.#selection;
  }

  get selectedIds(): string[] {
    return selectedIds(this.#order, this.#selection);
  }

  /** Changes the selection, and with it the focus when the page has the focus on cells. */
  select(selection: Selection, options: { focus?: boolean } = {}): void {
    this.#selection = selection;
    this.#announce("selection");
    if (options.focus !== false && selection.activeId) this.cells?.focusCell(selection.activeId);
  }

  /** Runs cells and then moves on with `next`; both are drawn with the answer when it is a quick one. */
  async run(cellIds: readonly string[], next: () => void = () => undefined): Promise<void> {
    const finished = this.session.runCells(cellIds);
    const { kernel, hostElsewhere } = this.session;
    if (kernel.state.kind === "idle" && hostElsewhere === null) this.drawing.hold(next);
    else next();
    await finished;
  }

  /** A cell or its editor received the focus. */
  focused(id: string, mode: Mode): void {
    const isSame = this.activeId === id && this.#mode === mode;
    if (isSame) return;
    const isInRange = mode === "command" && this.selectedIds.includes(id);
    if (!isInRange || this.activeId !== id) this.#selection = selectOnly(id);
    this.#mode = mode;
    this.#announce("selection");
  }

  edit(id: string, place?: "start" | "end"): void {
    const cell = this.notebook.cell(id);
    if (cell?.type === "markdown") this.openMarkdown(id);
    if (cell && foldingOf(cell).isSourceHidden) hideSource(cell, false);
    this.#selection = selectOnly(id);
    this.#mode = "edit";
    this.#announce("selection");
    this.cells?.focusEditor(id, place);
  }

  leaveEditor(): void {
    this.#mode = "command";
    this.#announce("selection");
    if (this.activeId) this.cells?.focusCell(this.activeId);
  }

  /** Puts the focus back to where the selection is. */
  returnFocus(): void {
    const id = this.activeId;
    if (id && this.#mode === "edit") this.cells?.focusEditor(id);
    else if (id) this.cells?.focusCell(id);
  }

  isMarkdownOpen(cell: Cell): boolean {
    return this.#openMarkdown.has(cell.id) || cell.source.trim() === "";
  }

  openMarkdown(id: string): void {
    this.#openMarkdown.add(id);
    this.#announce("view");
  }

  closeMarkdown(ids: readonly string[]): void {
    const closed = ids.filter((id) => this.#openMarkdown.delete(id));
    if (closed.length > 0) this.#announce("view");
  }

  showsLineNumbers(id: string): boolean {
    return this.#showsLineNumbers !== this.#lineNumberExceptions.has(id);
  }

  toggleLineNumbers(ids: readonly string[]): void {
    for (const id of ids) {
      if (!this.#lineNumberExceptions.delete(id)) this.#lineNumberExceptions.add(id);
    }
    this.#announce("view");
  }

  setAllLineNumbers(isShown: boolean): void {
    this.#showsLineNumbers = isShown;
    this.#lineNumberExceptions.clear();
    this.#announce("view");
  }

  get allLineNumbers(): boolean {
    return this.#showsLineNumbers;
  }

  #follow(change: DocumentChange): void {
    // Once the change is over: moving on may change the notebook as well.
    if (change.outputs.size > 0) queueMicrotask(() => this.drawing.release());
    if (!change.structure) return;
    const next = this.notebook.cells().map(({ id }) => id);
    const selection = afterChange(this.#selection, this.#order, next);
    const lostFocus = selection.activeId !== this.#selection.activeId;
    this.#order = next;
    this.#selection = selection;
    if (lostFocus) this.#mode = "command";
    this.#announce("structure");
    this.#announce("selection");
  }

  #announce(name: "selection" | "view" | "structure"): void {
    this.dispatchEvent(new Event(name));
  }
}

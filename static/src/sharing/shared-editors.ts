/** The editors of a shared notebook: others' cursors in them, one's own told to others, and none for a reader. */
import type { EditorView } from "@codemirror/view";
import type { Awareness } from "y-protocols/awareness";
import type { NotebookPage } from "../elements/notebook-page.ts";
import { setReadOnly } from "./access-read-only.ts";
import { showRemoteCursors } from "./remote-cursors.ts";
import type { RoomPresence } from "./room-presence.ts";

export interface SharedEditorsParts {
  page: NotebookPage;
  awareness: Awareness;
  presence: RoomPresence;
  mayEdit(): boolean;
  signal: AbortSignal;
}

export class SharedEditors {
  readonly #parts: SharedEditorsParts;

  constructor(parts: SharedEditorsParts) {
    this.#parts = parts;
    const { page, signal } = parts;
    this.#tellCell();
    page.controller.addEventListener("selection", () => this.#tellCell(), { signal });
    page.view.list.addEventListener("mounted", (event) => this.#take(event.composedPath()), { signal });
    for (const cell of page.view.cells()) this.#take([cell]);
    this.confine();
  }

  /** What the person may do has changed. */
  confine(): void {
    const { page, mayEdit } = this.#parts;
    for (const each of [page, page.view]) each.toggleAttribute("data-read-only", !mayEdit());
    for (const cell of page.view.cells()) this.#confine(cell.source.editor?.view);
  }

  #confine(view: EditorView | undefined): void {
    if (view) setReadOnly(view, !this.#parts.mayEdit());
  }

  #take(path: readonly unknown[]): void {
    const { page, awareness } = this.#parts;
    const cell = page.view.cells().find((each) => path.includes(each));
    const view = cell?.source.editor?.view;
    this.#confine(view);
    if (cell?.cell && view) showRemoteCursors(view, cell.cellId, cell.cell.text, awareness);
  }

  #tellCell(): void {
    const { page, awareness, presence } = this.#parts;
    const { activeId, mode } = page.controller;
    const own = awareness.getLocalState() ?? {};
    const cursor = mode === "edit" ? (own["cursor"] ?? null) : null;
    if (own["cell_id"] !== activeId || own["cursor"] !== cursor) presence.tell({ cell_id: activeId, cursor });
  }
}

/** Beside each cell: who is there, how many comments it has, and who edited it last. */
import { html, nothing, render } from "lit";
import { MessageSquare } from "lucide";
import type { Awareness } from "y-protocols/awareness";
import type { Comments } from "../document/comments.ts";
import { icon } from "../elements/icon.ts";
import type { NotebookCell } from "../elements/notebook-cell.ts";
import type { NotebookPage } from "../elements/notebook-page.ts";
import { avatar } from "./avatar.ts";
import { type Person, peopleOf } from "./person.ts";

export interface CellMarksParts {
  page: NotebookPage;
  awareness: Awareness;
  comments: Comments;
  /** null for somebody never seen here. */
  nameOf(userId: string): string | null;
  comment(cellId: string): void;
  signal: AbortSignal;
}

export class CellMarks {
  readonly #parts: CellMarksParts;
  readonly #hosts = new WeakMap<NotebookCell, HTMLElement>();
  #isDue = false;

  constructor(parts: CellMarksParts) {
    this.#parts = parts;
    const { page, awareness, comments, signal } = parts;
    awareness.on("change", this.#soon);
    comments.observe(this.#soon, signal);
    page.controller.notebook.observe(this.#soon, signal);
    // The cells come to the page after the change that brought them.
    const arrivals = new MutationObserver(this.#soon);
    arrivals.observe(page.view.list, { childList: true });
    signal.addEventListener("abort", () => {
      awareness.off("change", this.#soon);
      arrivals.disconnect();
      for (const cell of page.view.cells()) this.#hosts.get(cell)?.remove();
    });
    this.#soon();
  }

  /** Once for all that changes within a frame. */
  readonly #soon = (): void => {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      if (!this.#parts.signal.aborted) this.#draw();
    });
  };

  #draw(): void {
    const { page, awareness, comments } = this.#parts;
    const people = Map.groupBy(peopleOf(awareness.getStates(), awareness.clientID), ({ cellId }) => cellId);
    const open = comments.threads().filter(({ isResolved }) => !isResolved);
    const threads = Map.groupBy(open, ({ cellId }) => cellId);
    for (const cell of page.view.cells()) {
      this.#drawCell(cell, people.get(cell.cellId) ?? [], threads.get(cell.cellId)?.length ?? 0);
    }
  }

  #drawCell(cell: NotebookCell, people: readonly Person[], threads: number): void {
    const { page, nameOf, comment } = this.#parts;
    const host = this.#hosts.get(cell) ?? this.#addHost(cell);
    const [first] = people;
    if (first) cell.style.setProperty("--person", first.user.color);
    cell.classList.toggle("visited", first !== undefined);
    const editorId = page.controller.notebook.cell(cell.cellId)?.editedBy;
    const editor = editorId && nameOf(editorId);
    const names = people.map(({ user }) => user.name).join(", ");
    const at = page.controller.order.indexOf(cell.cellId) + 1;
    const words = threads === 0 ? `Comment on cell ${at}` : `${threads} open comments on cell ${at}`;
    const title = editor ? `${words}. Last edited by ${editor}` : words;
    render(
      html`${
        people.length > 0
          ? html`<span class="visitors" role="img" aria-label=${`Here: ${names}`} title=${names}>
            ${people.slice(0, 3).map(({ user }) => avatar(user))}
          </span>`
          : nothing
      }
        <button class="comment-mark" ?data-has=${threads > 0} aria-label=${title} title=${title} tabindex="-1"
          @click=${() => comment(cell.cellId)}>${icon(MessageSquare)}${threads > 0 ? html`<span>${threads}</span>` : nothing}</button>`,
      host,
    );
  }

  #addHost(cell: NotebookCell): HTMLElement {
    const host = document.createElement("div");
    host.className = "cell-marks";
    cell.append(host);
    this.#hosts.set(cell, host);
    return host;
  }
}

/** The comments of a notebook beside its cells: threads, answers, and a form for the cell in use. */
import { html, LitElement, nothing } from "lit";
import { Check, RotateCcw, Trash, X } from "lucide";
import type { User } from "../contracts/generated.ts";
import type { Comment, Comments, Thread } from "../document/comments.ts";
import { readableTime } from "../elements/duration.ts";
import { icon } from "../elements/icon.ts";
import type { NotebookController } from "../elements/notebook-controller.ts";
import { selectOnly } from "../elements/selection.ts";
import { avatar } from "./avatar.ts";

export interface CommentPanelParts {
  comments: Comments;
  controller: NotebookController;
  /** Who writes. */
  user(): User;
  close(): void;
}

export class CommentPanel extends LitElement {
  static override properties = { showsResolved: { state: true } };
  declare showsResolved: boolean;
  readonly #parts: CommentPanelParts;
  #life = new AbortController();

  constructor(parts: CommentPanelParts) {
    super();
    this.#parts = parts;
    this.showsResolved = false;
  }

  /** Puts the cursor where a comment on this cell is written. */
  begin(cellId: string): void {
    this.#parts.controller.select(selectOnly(cellId), { focus: false });
    this.updateComplete.then(() => this.querySelector("textarea")?.focus());
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#life = new AbortController();
    const { comments, controller } = this.#parts;
    const { signal } = this.#life;
    comments.observe(() => this.requestUpdate(), signal);
    for (const name of ["selection", "structure"])
      controller.addEventListener(name, () => this.requestUpdate(), { signal });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#life.abort();
  }

  protected override createRenderRoot(): this {
    return this;
  }

  protected override render() {
    const { comments, controller, close } = this.#parts;
    const { activeId, order } = controller;
    const threads = comments.threads().sort((one, other) => place(order, one) - place(order, other));
    const resolved = threads.filter(({ isResolved }) => isResolved).length;
    const shown = threads.filter(({ isResolved }) => this.showsResolved || !isResolved);
    const toggle = (event: Event) => {
      this.showsResolved = (event.target as HTMLInputElement).checked;
    };
    return html`<aside class="comment-panel" aria-label="Comments">
      <header>
        <h2>Comments</h2>
        <button class="icon-button" title="Close the comments" aria-label="Close the comments" @click=${close}>${icon(X)}</button>
      </header>
      ${activeId === null ? nothing : this.#beginForm(activeId, order.indexOf(activeId) + 1)}
      ${resolved === 0 ? nothing : html`<label class="comments-resolved"><input type="checkbox" .checked=${this.showsResolved} @change=${toggle} /> Show resolved (${resolved})</label>`}
      ${shown.length === 0 ? html`<p class="soft">No open comments.</p>` : shown.map((thread) => this.#thread(thread, order))}
    </aside>`;
  }

  #beginForm(cellId: string, number: number) {
    const { comments, user } = this.#parts;
    const label = `Comment on cell ${number}`;
    return textForm({ label, action: "Comment", submit: (text) => comments.begin(cellId, user(), text) });
  }

  #thread(thread: Thread, order: readonly string[]) {
    const { comments, user } = this.#parts;
    const number = order.indexOf(thread.cellId) + 1;
    const where = number === 0 ? "A deleted cell" : `Cell ${number}`;
    const resolve = () => comments.setResolved(thread, !thread.isResolved);
    const words = thread.isResolved ? "Open again" : "Resolve";
    return html`<article class="thread" ?data-resolved=${thread.isResolved} aria-label=${`Comments on ${where.toLowerCase()}`}>
      <header>
        <button class="thread-cell" ?disabled=${number === 0} @click=${() => this.#goTo(thread.cellId)}>${where}</button>
        ${thread.isResolved ? html`<span class="soft">Resolved</span>` : nothing}
        <button class="icon-button" title=${words} aria-label=${words} @click=${resolve}>${icon(thread.isResolved ? RotateCcw : Check)}</button>
        <button class="icon-button" title="Delete the thread" aria-label="Delete the thread" @click=${() => comments.remove(thread)}>${icon(Trash)}</button>
      </header>
      ${thread.comments.map(comment)}
      ${thread.isResolved ? nothing : textForm({ label: "Reply", action: "Reply", submit: (text) => comments.reply(thread, user(), text) })}
    </article>`;
  }

  #goTo(cellId: string): void {
    this.#parts.controller.select(selectOnly(cellId));
  }
}

function place(order: readonly string[], { cellId }: Thread): number {
  const at = order.indexOf(cellId);
  return at < 0 ? order.length : at;
}

function comment({ author, text, createdAt }: Comment) {
  const time = new Date(createdAt * 1000);
  return html`<div class="comment">
    ${avatar(author)}
    <div>
      <p class="comment-by"><strong>${author.name}</strong> <time class="soft" datetime=${time.toISOString()}>${readableTime(time)}</time></p>
      <p class="comment-text">${text}</p>
    </div>
  </div>`;
}

function textForm({ label, action, submit }: { label: string; action: string; submit(text: string): void }) {
  const send = (form: HTMLFormElement) => {
    const field = form.elements.namedItem("text") as HTMLTextAreaElement;
    const text = field.value.trim();
    if (text === "") return;
    submit(text);
    field.value = "";
  };
  const submitted = (event: SubmitEvent) => {
    event.preventDefault();
    send(event.target as HTMLFormElement);
  };
  const key = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    send((event.target as HTMLTextAreaElement).form!);
  };
  return html`<form class="comment-form" @submit=${submitted}>
    <textarea class="field" name="text" rows="2" aria-label=${label} placeholder=${label} @keydown=${key}></textarea>
    <button class="button">${action}</button>
  </form>`;
}

customElements.define("comment-panel", CommentPanel);

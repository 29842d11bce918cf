/** Sentences for the person at the edge of the page: said politely, gone by themselves unless they matter. */
import { html, LitElement, nothing } from "lit";
import { CircleAlert, Info, TriangleAlert, X } from "lucide";
import type { Notice } from "../session/notice.ts";
import { icon } from "./icon.ts";

const INFO_MILLISECONDS = 5000;
const MAX_SHOWN = 4;

export interface NoticeAction {
  words: string;
  act(): void;
}

interface Shown extends Notice {
  key: number;
  action?: NoticeAction;
}

export class NotebookNotices extends LitElement {
  static override properties = { shown: { state: true } };
  declare shown: readonly Shown[];
  #nextKey = 1;

  constructor() {
    super();
    this.shown = [];
  }

  /** Notices of one topic replace each other; informative ones leave after some seconds. */
  show(notice: Notice, action?: NoticeAction): void {
    const key = this.#nextKey++;
    const others = this.shown.filter(({ topic, message }) =>
      notice.topic ? topic !== notice.topic : message !== notice.message,
    );
    this.shown = [...others, { ...notice, key, action }].slice(-MAX_SHOWN);
    if (notice.level === "info" && !action) setTimeout(() => this.#dismiss(key), INFO_MILLISECONDS);
  }

  protected override createRenderRoot(): this {
    return this;
  }

  protected override render() {
    return html`<div class="notices" role="status" aria-live="polite" aria-label="Notices">
      ${this.shown.map(
        (notice) => html`<div class="notice" data-level=${notice.level}>
          ${icon(notice.level === "info" ? Info : notice.level === "warning" ? TriangleAlert : CircleAlert)}
          <div class="notice-words">
            <p>${notice.message}</p>
            ${notice.hint ? html`<p class="soft">${notice.hint}</p>` : nothing}
            ${notice.action ? this.#action(notice.key, notice.action) : nothing}
          </div>
          <button class="icon-button" aria-label="Dismiss" @click=${() => this.#dismiss(notice.key)}>${icon(X)}</button>
        </div>`,
      )}
    </div>`;
  }

  #action(key: number, { words, act }: NoticeAction) {
    const click = () => {
      this.#dismiss(key);
      act();
    };
    return html`<button class="button" @click=${click}>${words}</button>`;
  }

  #dismiss(key: number): void {
    this.shown = this.shown.filter((notice) => notice.key !== key);
  }
}

customElements.define("notebook-notices", NotebookNotices);

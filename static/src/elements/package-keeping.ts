/** Keeping packages for the next start, as the Packages dialog shows it: what goes on, and what is kept. */
import { html, nothing } from "lit";
import { Trash2 } from "lucide";
import type { KeptEnvironment, KeptEnvironments } from "../session/kept-environments.ts";
import type { Notice } from "../session/notice.ts";
import type { KeepProgress, PackageKeeper } from "../session/package-keeper.ts";
import { readableSize } from "./duration.ts";
import { icon } from "./icon.ts";
import { progressWords } from "./kernel-words.ts";
import { noticeOf } from "./notice-of-error.ts";

export interface PackageKeepingParts {
  keeper: Pick<PackageKeeper, "keep">;
  kept: Pick<KeptEnvironments, "list" | "remove" | "addEventListener">;
  /** Why this browser cannot save a kernel; null when it can. */
  cannot: string | null;
  /** Whether the next start can use it: environments are built anew, and pages renewed. */
  isCurrent(kept: KeptEnvironment): Promise<boolean>;
}

interface Listed extends KeptEnvironment {
  current: boolean;
}

type State =
  | { kind: "resting" }
  | { kind: "working"; words: string; done: number | null; cancel: AbortController }
  | { kind: "told"; notice: Notice };

/** One per open notebook: it goes on while the dialog is closed. Fires "change". */
export class PackageKeeping extends EventTarget {
  readonly #parts: PackageKeepingParts;
  readonly #tell: (notice: Notice) => void;
  #state: State = { kind: "resting" };
  #list: readonly Listed[] = [];

  constructor(parts: PackageKeepingParts, tell: (notice: Notice) => void, signal: AbortSignal) {
    super();
    this.#parts = parts;
    this.#tell = tell;
    parts.kept.addEventListener("change", () => void this.refresh(), { signal });
    signal.addEventListener("abort", () => this.#cancel());
  }

  /** Read the list anew. */
  async refresh(): Promise<void> {
    try {
      const list = await this.#parts.kept.list();
      this.#list = await Promise.all(
        list.map(async (kept) => ({ ...kept, current: await this.#parts.isCurrent(kept) })),
      );
    } catch (error) {
      this.#told(error);
    }
    this.dispatchEvent(new Event("change"));
  }

  async keep(): Promise<void> {
    if (this.#state.kind === "working" || this.#parts.cannot) return;
    const cancel = new AbortController();
    const show = (progress: KeepProgress) => {
      if (!cancel.signal.aborted) this.#become({ kind: "working", ...progressOf(progress), cancel });
    };
    this.#become({ kind: "working", words: "Looking at what is installed", done: null, cancel });
    try {
      const kept = await this.#parts.keeper.keep(show, cancel.signal);
      const message = `Kept for the next start: ${namesOf(kept)}`;
      const hint = `${readableSize(kept.sizeBytes)} in this browser. Notebooks with these packages start with them imported.`;
      const notice = { level: "info", message, hint, topic: "keep-packages" } as const;
      this.#become({ kind: "told", notice });
      this.#tell(notice);
    } catch (error) {
      if (cancel.signal.aborted) this.#become({ kind: "resting" });
      else this.#told(error);
    }
  }

  template() {
    return html`<section class="kept-packages" aria-label="Kept in this browser">
      <h3>Kept in this browser</h3>
      ${
        this.#parts.cannot
          ? html`<p class="soft">${this.#parts.cannot}</p>`
          : html`<p class="soft">What is installed now can be kept with Python's memory: the next start has it imported, without a network too.</p>
              ${this.#action()}`
      }
      <div role="status">${this.#words()}</div>
      <ul class="dialog-list">${this.#list.map((kept) => this.#item(kept))}</ul>
    </section>`;
  }

  #action() {
    if (this.#state.kind === "working")
      return html`<div class="dialog-row">
        <progress aria-label="Keeping packages" max="1" value=${this.#state.done ?? nothing}></progress>
        <button class="button" @click=${() => this.#cancel()}>Cancel</button>
      </div>`;
    return html`<button class="button" @click=${() => void this.keep()}>Keep for the next start</button>`;
  }

  #words() {
    const state = this.#state;
    if (state.kind === "working") return html`<p>${state.words}</p>`;
    if (state.kind === "resting") return nothing;
    return html`<p data-level=${state.notice.level}>${state.notice.message}</p><p class="soft">${state.notice.hint}</p>`;
  }

  #item(kept: Listed) {
    const names = namesOf(kept);
    const size = readableSize(kept.sizeBytes);
    const remove = () => this.#parts.kept.remove(kept).catch((error: unknown) => this.#told(error));
    return html`<li><span><code>${names}</code> <span class="soft">with ${kept.base.name}, ${size}${
      kept.current ? "" : "; made for an earlier version: keep the packages again"
    }</span></span>
      <button class="icon-button" aria-label=${`Delete ${names}, ${size}`} title="Delete" @click=${remove}>${icon(Trash2)}</button></li>`;
  }

  #cancel(): void {
    if (this.#state.kind !== "working") return;
    this.#state.cancel.abort();
    this.#become({ kind: "resting" });
  }

  #told(error: unknown): void {
    const notice = noticeOf(error);
    this.#become(notice ? { kind: "told", notice } : { kind: "resting" });
    if (notice) this.#tell({ ...notice, topic: "keep-packages" });
  }

  #become(state: State): void {
    this.#state = state;
    this.dispatchEvent(new Event("change"));
  }
}

function namesOf({ packages }: KeptEnvironment): string {
  return packages.join(", ");
}

function progressOf(progress: KeepProgress): { words: string; done: number | null } {
  if (progress.step === "wheels") return { words: `Fetch ${progress.detail}`, done: null };
  const { detail, done } = progressWords(progress);
  return { words: detail, done };
}

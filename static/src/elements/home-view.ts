/** The notebooks kept in this browser, and the ways to get another one. */
import { html, LitElement, nothing } from "lit";
import {
  BookOpen,
  Copy,
  Download,
  FilePlus,
  FolderOpen,
  type IconNode,
  Link,
  NotebookText,
  Pencil,
  Trash,
} from "lucide";
import type { NotebookEntry, NotebookLibrary } from "../session/library.ts";
import type { Example } from "../session/open.ts";
import { askForText, askToConfirm } from "./dialog.ts";
import { readableSize, readableTime } from "./duration.ts";
import { icon } from "./icon.ts";
import { fileNameOf, saveFile } from "./save-file.ts";

export interface HomeViewParts {
  library: NotebookLibrary;
  examples(): Promise<Example[]>;
  open(id: string): void;
  openExample(path: string): void;
  create(): void;
  openFile(): void;
  openUrl(): void;
  onError(error: unknown): void;
}

export class HomeView extends LitElement {
  static override properties = { entries: { state: true }, examples: { state: true } };
  declare entries: readonly NotebookEntry[] | null;
  declare examples: readonly Example[];
  readonly #parts: HomeViewParts;

  constructor(parts: HomeViewParts) {
    super();
    this.#parts = parts;
    this.entries = null;
    this.examples = [];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#load();
    // Without a connection, or without examples, the page is complete too.
    this.#parts.examples().then(
      (examples) => {
        this.examples = examples;
      },
      () => undefined,
    );
  }

  protected override createRenderRoot(): this {
    return this;
  }

  protected override render() {
    const { create, openFile, openUrl } = this.#parts;
    return html`<main class="home">
      <h1>Notebooks</h1>
      <p class="home-lead soft">Python runs in this browser. Nothing is installed, and your notebooks and files stay here.</p>
      <div class="home-actions">
        <button class="button primary" @click=${create}>${icon(FilePlus)}New notebook</button>
        <button class="button" @click=${openFile}>${icon(FolderOpen)}Open a file</button>
        <button class="button" @click=${openUrl}>${icon(Link)}Open from a URL</button>
      </div>
      ${this.#list()}
      ${
        this.examples.length > 0
          ? html`<h2>Examples</h2>
              <ul class="examples">
                ${this.examples.map(
                  ({ path, title, description }) => html`<li>
                    <button class="example" @click=${() => this.#parts.openExample(path)}>
                      ${icon(BookOpen)}<span><strong>${title}</strong><span class="soft">${description}</span></span>
                    </button>
                  </li>`,
                )}
              </ul>`
          : nothing
      }
    </main>`;
  }

  #list() {
    if (this.entries === null) return html`<p class="soft" role="status">Loading your notebooks…</p>`;
    if (this.entries.length === 0) {
      return html`<div class="home-empty">
        ${icon(NotebookText)}
        <p>No notebooks yet. Create one, open an example, or drop an <code>.ipynb</code> file here.</p>
      </div>`;
    }
    return html`<ul class="notebook-list">${this.entries.map((entry) => this.#row(entry))}</ul>`;
  }

  #row(entry: NotebookEntry) {
    const title = entry.title || "Untitled";
    const { library, open } = this.#parts;
    const rename = async () => {
      const name = await askForText({
        title: "Rename",
        label: "Title",
        value: entry.title,
        action: "Rename",
      });
      if (name !== null) await library.rename(entry.id, name);
    };
    const duplicate = async () => (await library.duplicate(entry.id)).close();
    const download = async () =>
      saveFile(fileNameOf(title, "ipynb"), await library.exportText(entry.id), "application/x-ipynb+json");
    const remove = async () => {
      const words = `“${title}” and its files are deleted from this browser. This cannot be undone.`;
      if (await askToConfirm("Delete the notebook?", words, "Delete")) await library.delete(entry.id);
    };
    return html`<li>
      <a class="notebook-link" href=${`#notebook=${encodeURIComponent(entry.id)}`} @click=${(
        event: MouseEvent,
      ) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        open(entry.id);
      }}>
        ${icon(NotebookText)}
        <span class="notebook-title">${title}</span>
        <span class="soft notebook-facts">${readableTime(new Date(entry.modified))} · ${readableSize(entry.size)}</span>
      </a>
      <span class="row-actions">
        ${this.#button(Pencil, `Rename ${title}`, rename)}
        ${this.#button(Copy, `Duplicate ${title}`, duplicate)}
        ${this.#button(Download, `Download ${title}`, download)}
        ${this.#button(Trash, `Delete ${title}`, remove)}
      </span>
    </li>`;
  }

  #button(drawing: IconNode, title: string, act: () => Promise<unknown>) {
    const click = () => {
      act().then(() => this.#load(), this.#parts.onError);
    };
    return html`<button class="icon-button" title=${title} aria-label=${title} @click=${click}>${icon(drawing)}</button>`;
  }

  #load(): void {
    this.#parts.library.list().then((entries) => {
      this.entries = entries;
    }, this.#parts.onError);
  }
}

customElements.define("home-view", HomeView);

/** The notebook's working folder: list, upload, download, copy a path, delete. */
import { html, LitElement } from "lit";
import { Copy, Download, FileText, type IconNode, Trash, Upload, X } from "lucide";
import type { FolderFile, WorkingFolder } from "../session/files.ts";
import type { NotebookSession } from "../session/session.ts";
import { askToConfirm } from "./dialog.ts";
import { readableSize } from "./duration.ts";
import { icon } from "./icon.ts";
import { chooseFiles, saveFile } from "./save-file.ts";

export interface FilePanelParts {
  folder: WorkingFolder;
  session: NotebookSession;
  close(): void;
  say(message: string): void;
  onError(error: unknown): void;
}

export class FilePanel extends LitElement {
  static override properties = { files: { state: true } };
  declare files: readonly FolderFile[] | null;
  readonly #parts: FilePanelParts;
  #life = new AbortController();

  constructor(parts: FilePanelParts) {
    super();
    this.#parts = parts;
    this.files = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#life = new AbortController();
    this.#parts.folder.addEventListener("change", () => this.#load(), { signal: this.#life.signal });
    this.#load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#life.abort();
  }

  protected override createRenderRoot(): this {
    return this;
  }

  protected override render() {
    const total = (this.files ?? []).reduce((sum, { size }) => sum + size, 0);
    return html`<aside class="file-panel" aria-label="Files">
      <header>
        <h2>Files</h2>
        ${this.#button(Upload, "Upload files", () => this.#upload())}
        ${this.#button(Download, "Download all as zip", () => this.#downloadAll(), !this.files?.length)}
        ${this.#button(X, "Close the files panel", async () => this.#parts.close())}
      </header>
      ${
        this.files === null
          ? html`<p class="soft">Loading…</p>`
          : this.files.length === 0
            ? html`<div class="file-empty">
                <p class="soft">The working folder is empty. Drop files anywhere on the page, or upload them; Python opens them by name.</p>
                <button class="button" @click=${() => this.#upload().catch(this.#parts.onError)}>${icon(Upload)}Upload files</button>
              </div>`
            : html`<ul class="file-list">${this.files.map((file) => this.#row(file))}</ul>
                <p class="soft file-total">${this.files.length} ${this.files.length === 1 ? "file" : "files"}, ${readableSize(total)}. Kept in this browser.</p>`
      }
    </aside>`;
  }

  #row({ path, size }: FolderFile) {
    const { folder, session, say } = this.#parts;
    const copy = async () => {
      await navigator.clipboard.writeText(path);
      say(`Copied ${path}`);
    };
    const download = async () => {
      const body = await folder.read(path);
      if (body) saveFile(path.split("/").at(-1)!, body as Uint8Array<ArrayBuffer>);
    };
    const remove = async () => {
      const words = `${path} is deleted from the working folder. This cannot be undone.`;
      if (await askToConfirm("Delete the file?", words, "Delete")) await folder.delete(path, session.kernel);
    };
    return html`<li>
      ${icon(FileText)}
      <span class="file-name" title=${path}>${path}</span>
      <span class="file-size soft">${readableSize(size)}</span>
      <span class="file-actions">
        ${this.#button(Copy, `Copy the path of ${path}`, copy)}
        ${this.#button(Download, `Download ${path}`, download)}
        ${this.#button(Trash, `Delete ${path}`, remove)}
      </span>
    </li>`;
  }

  #button(drawing: IconNode, title: string, act: () => Promise<void>, disabled = false) {
    return html`<button class="icon-button" title=${title} aria-label=${title} ?disabled=${disabled}
      @click=${() => act().catch(this.#parts.onError)}>${icon(drawing)}</button>`;
  }

  async #upload(): Promise<void> {
    await keepFiles(await chooseFiles("", true), this.#parts);
  }

  async #downloadAll(): Promise<void> {
    saveFile("files.zip", await this.#parts.folder.zip(), "application/zip");
  }

  #load(): void {
    this.#parts.folder.list().then((files) => {
      this.files = files;
    }, this.#parts.onError);
  }
}

/** Puts files into the working folder, and says so. */
export async function keepFiles(
  files: readonly File[],
  { folder, session, say }: Pick<FilePanelParts, "folder" | "session" | "say">,
): Promise<void> {
  for (const file of files) {
    await folder.upload(file.name, new Uint8Array(await file.arrayBuffer()), session.kernel);
  }
  if (files.length === 1) say(`${files[0]!.name} is in the working folder.`);
  else if (files.length > 1) say(`${files.length} files are in the working folder.`);
}

customElements.define("file-panel", FilePanel);

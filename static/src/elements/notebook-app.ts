/** The page: the list of notebooks or one of them, what is dropped on it, its addresses, and its notices. */
import { html, LitElement, nothing, type TemplateResult } from "lit";
import type { OfflineState } from "../offline/register.ts";
import { CAPABILITIES } from "../session/capabilities.ts";
import type { NotebookLibrary } from "../session/library.ts";
import type { Notice } from "../session/notice.ts";
import {
  type Example,
  listExamples,
  type OpenedFromUrl,
  openExample,
  openFromFile,
  openFromUrl,
} from "../session/open.ts";
import type { SettingsStore } from "../session/settings.ts";
import type { StoredNotebook } from "../session/stored-notebook.ts";
import { askCopyOrOriginal } from "./copy-dialog.ts";
import type { StartDatabases } from "./databases.ts";
import { askForText } from "./dialog.ts";
import { FileDrop, isNotebookFile } from "./file-drop.ts";
import { keepFiles } from "./file-panel.ts";
import { HomeView } from "./home-view.ts";
import type { CellClipboard } from "./notebook-controller.ts";
import { NotebookPage } from "./notebook-page.ts";
import { noticeOf } from "./notice-of-error.ts";
import { NotebookNotices, type NoticeAction } from "./notices.ts";
import type { OpenNotebook } from "./open-notebook.ts";
import { applyTheme, oppositeTheme } from "./page-theme.ts";
import { type Place, placeOf } from "./place.ts";
import { chooseFiles } from "./save-file.ts";
import type { StartSharing } from "./sharing.ts";

export interface AppParts {
  library: NotebookLibrary;
  settings: SettingsStore;
  /** The address below which everything of the app lies. */
  base: URL;
  environments(): Promise<readonly { name: string; title: string }[]>;
  /** Gives a stored notebook its kernel and session. */
  begin(stored: StoredNotebook): OpenNotebook;
  exportHtml(open: OpenNotebook): Promise<string>;
  /** Whether there is a relay that has rooms, as far as is known. */
  canShare(): boolean;
  /** The notebook of a room, kept here; from the relay when it was not yet. */
  joinRoom(id: string): Promise<StoredNotebook>;
  startSharing: StartSharing;
  startDatabases: StartDatabases;
}

export class NotebookApp extends LitElement {
  static override properties = { isDropping: { state: true }, failure: { state: true } };
  declare isDropping: boolean;
  declare failure: Notice | null;
  readonly #parts: AppParts;
  readonly #notices = new NotebookNotices();
  readonly #clipboard: CellClipboard = { text: "" };
  readonly #life = new AbortController();
  #open: OpenNotebook | null = null;
  #offline: OfflineState | null = null;
  #shown: NotebookPage | HomeView | null = null;
  #environments: readonly { name: string; title: string }[] = [];

  constructor(parts: AppParts) {
    super();
    this.#parts = parts;
    this.isDropping = false;
    this.failure = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const { signal } = this.#life;
    const { settings } = this.#parts;
    const follow = () => applyTheme(settings.current.theme);
    follow();
    settings.addEventListener("change", follow, { signal });
    window.addEventListener("popstate", () => this.#attempt(() => this.#go(placeOf(location))), { signal });
    window.addEventListener("pagehide", () => this.#open?.close(), { signal });
    new FileDrop(
      document.documentElement,
      {
        onDropping: (isDropping) => {
          this.isDropping = isDropping;
        },
        onFiles: (files) => this.#attempt(() => this.#take(files)),
      },
      signal,
    );
    this.#attempt(async () => {
      await this.#go(placeOf(location));
      this.#environments = await this.#parts.environments();
      if (this.#shown instanceof NotebookPage) this.#shown.environments = this.#environments;
    });
  }

  /** Shows a sentence at the edge of the page. */
  notify(notice: Notice, action?: NoticeAction): void {
    this.#notices.show(notice, action);
  }

  /** How far the page is with being usable without a network. */
  set offline(state: OfflineState) {
    this.#offline = state;
    this.dataset["offline"] = state.kind;
    if (this.#shown instanceof NotebookPage) this.#shown.offline = state;
  }

  /** Resolves when no cell runs or waits. */
  async whenQuiet(): Promise<void> {
    while (this.isBusy) {
      const heard = Promise.withResolvers<void>();
      const life = new AbortController();
      this.#open?.session.on("run", () => heard.resolve(), life.signal);
      this.addEventListener("left", () => heard.resolve(), { signal: life.signal, once: true });
      await heard.promise;
      life.abort();
    }
  }

  /** Opens notebooks that the system hands to the installed app. */
  openFiles(files: readonly File[]): void {
    this.#attempt(() => this.#take(files));
  }

  /** Whether a cell runs or waits, so that a reload would end it. */
  get isBusy(): boolean {
    return (
      this.#open !== null && (this.#open.session.running !== null || this.#open.session.queue.length > 0)
    );
  }

  protected override createRenderRoot(): this {
    return this;
  }

  protected override render() {
    const words = this.#open
      ? "Drop notebooks to open them, other files to put them into the working folder"
      : "Drop a notebook to open it";
    return html`${this.failure ? this.#failed(this.failure) : (this.#shown ?? LOADING)} ${this.#notices}
      ${this.isDropping ? html`<div class="drop-target">${words}</div>` : nothing}`;
  }

  #failed({ message, hint }: Notice) {
    return html`<main class="page-state" role="alert">
      <h1>${message}</h1>
      <p class="soft">${hint}</p>
      <button class="button primary" @click=${() => this.#attempt(() => this.#create())}>New notebook</button>
      <button class="button" @click=${() => this.#attempt(() => this.#showHome())}>All notebooks</button>
    </main>`;
  }

  async #go(place: Place): Promise<void> {
    const { library, base } = this.#parts;
    switch (place.kind) {
      case "home":
        return this.#showHome();
      case "notebook":
        if (place.id === this.#open?.id) return;
        return this.show(await library.open(place.id));
      case "room":
        if (place.id === this.#open?.id) return;
        return this.show(await this.#parts.joinRoom(place.id));
      case "url":
        // An exported site names its notebooks by their place beside the page.
        return this.#showOpened(await openFromUrl(URL.parse(place.url, base)?.href ?? place.url, library));
      case "example":
        return this.#showOpened(await openExample(place.path, base, library));
      case "new":
        return this.#create();
      case "start": {
        const [last] = await library.list();
        return last ? this.show(await library.open(last.id)) : this.#create();
      }
    }
  }

  async #showHome(): Promise<void> {
    await this.#leave();
    const { library, base } = this.#parts;
    this.#setAddress("#home");
    document.title = "Notebooks";
    this.#shown = new HomeView({
      library,
      examples: (): Promise<Example[]> => listExamples(base),
      open: (id) => this.#attempt(async () => this.show(await library.open(id))),
      openExample: (path) =>
        this.#attempt(async () => this.#showOpened(await openExample(path, base, library))),
      create: () => this.#attempt(() => this.#create()),
      openFile: () => this.#attempt(() => this.#chooseNotebook()),
      openUrl: () => this.#attempt(() => this.#askForUrl()),
      onError: (error) => this.#complain(error),
    });
    this.requestUpdate();
  }

  async #create(): Promise<void> {
    await this.show(await this.#parts.library.create());
  }

  /** Opens a notebook in place of what is shown; `next` is called once that is closed. */
  async show(next: StoredNotebook | (() => Promise<StoredNotebook>)): Promise<void> {
    await this.#leave();
    const stored = typeof next === "function" ? await next() : next;
    const open = this.#parts.begin(stored);
    this.#open = open;
    const act = (work: () => Promise<void>) => () => this.#attempt(work);
    const page = new NotebookPage({
      open,
      settings: this.#parts.settings,
      clipboard: this.#clipboard,
      environments: this.#environments,
      leave: {
        home: act(() => this.#showHome()),
        "new-notebook": act(() => this.#create()),
        "open-file": act(() => this.#chooseNotebook()),
        "open-url": act(() => this.#askForUrl()),
        "duplicate-notebook": act(async () => this.show(await this.#parts.library.duplicate(open.id))),
        "toggle-theme": () => this.#toggleTheme(),
        share: act(() => this.#share(page)),
      },
      canShare: this.#parts.canShare,
      exportHtml: () => this.#parts.exportHtml(open),
      startDatabases: this.#parts.startDatabases,
      notify: (notice, action) => this.notify(notice, action),
      onError: (error) => this.#complain(error),
    });
    page.offline = this.#offline;
    this.#shown = page;
    this.#setAddress(stored.isShared ? roomPlace(open.id) : `#notebook=${encodeURIComponent(open.id)}`);
    this.requestUpdate();
    await this.updateComplete;
    await page.focusCells();
    if (stored.isShared) page.sharing = await this.#parts.startSharing(page);
  }

  /** From now on the notebook has a room; a private one stays as it is where there is no relay. */
  async #share(page: NotebookPage): Promise<void> {
    const { stored, id } = page.parts.open;
    if (!this.#parts.canShare())
      return this.notify({ level: "info", message: CAPABILITIES.rooms.fallback, hint: "" });
    if (!page.sharing) {
      await this.#parts.library.change(id, (entry) => ({ ...entry, isShared: true }));
      stored.isShared = true;
      page.sharing = await this.#parts.startSharing(page);
      this.#setAddress(roomPlace(id));
    }
    page.sharing.openShareDialog();
  }

  /** Asks when the person has a copy of what is at the address. */
  async #showOpened(opened: OpenedFromUrl): Promise<void> {
    if (opened.kind === "opened") return this.show(opened.stored);
    const { openCopy, openOriginal, originalChanged, entry } = opened;
    if (openOriginal === null || originalChanged === false) return this.show(await openCopy());
    const choice = await askCopyOrOriginal(entry.title);
    if (choice === null) return this.#showHome();
    await this.show(await (choice === "copy" ? openCopy() : openOriginal()));
  }

  async #leave(): Promise<void> {
    const open = this.#open;
    this.#open = null;
    this.dispatchEvent(new Event("left"));
    this.failure = null;
    if (this.#shown instanceof NotebookPage) this.#shown.close();
    await open?.close();
  }

  async #chooseNotebook(): Promise<void> {
    const [file] = await chooseFiles(".ipynb,.py,.json", false);
    if (file) await this.show(await openFromFile(file, this.#parts.library));
  }

  async #askForUrl(): Promise<void> {
    const url = await askForText({
      title: "Open from a URL",
      label: "Address of an .ipynb or .py file",
      type: "url",
      action: "Open",
      hint: "Pages of GitHub work too. Nothing runs until you run it.",
    });
    if (url) await this.#showOpened(await openFromUrl(url, this.#parts.library));
  }

  async #take(files: readonly File[]): Promise<void> {
    const open = this.#open;
    const notebooks = files.filter((file) => isNotebookFile(file, open !== null));
    const others = files.filter((file) => !notebooks.includes(file));
    if (open && others.length > 0) {
      const say = (message: string) => this.notify({ level: "info", message, hint: "" });
      await keepFiles(others, { folder: open.folder, session: open.session, say });
    }
    const last = notebooks.at(-1);
    for (const file of notebooks) {
      const stored = await openFromFile(file, this.#parts.library);
      if (file === last) await this.show(stored);
      else await stored.close();
    }
  }

  #toggleTheme(): void {
    const { settings } = this.#parts;
    settings.change({ theme: oppositeTheme(settings.current.theme) });
  }

  /** Keeps the query of the first address out: it said what to open, and that is done. */
  #setAddress(place: string): void {
    const { pathname, search, hash } = location;
    if (!`${search}${hash}`.endsWith(place)) history.pushState(null, "", `${pathname}${place}`);
  }

  #attempt(act: () => Promise<void>): void {
    act().catch((error: unknown) => this.#complain(error));
  }

  #complain(error: unknown): void {
    const notice = noticeOf(error);
    if (!notice) return;
    if (this.#shown === null) this.failure = notice;
    else this.notify(notice);
  }
}

function roomPlace(id: string): string {
  return `?room=${encodeURIComponent(id)}`;
}

const LOADING: TemplateResult = html`<main class="page-state" aria-busy="true"><p class="soft">Opening…</p></main>`;

customElements.define("notebook-app", NotebookApp);

/** An open notebook on the page: header, bars, cells, panels, and the commands that tie them. */
import { html, LitElement, nothing } from "lit";
import type { OfflineState } from "../offline/register.ts";
import type { Notice } from "../session/notice.ts";
import type { SettingsStore } from "../session/settings.ts";
import { cellCommands } from "./cell-commands.ts";
import { showCommandPalette } from "./command-palette.ts";
import { type CommandHandlers, type CommandId, keymapOf } from "./commands.ts";
import type { Databases, StartDatabases } from "./databases.ts";
import { askToConfirm } from "./dialog.ts";
import { FilePanel } from "./file-panel.ts";
import { FindBar } from "./find-bar.ts";
import { startProgress } from "./kernel-status.ts";
import { KeySequence } from "./key-sequence.ts";
import { networkBar } from "./network-bar.ts";
import { type CellClipboard, NotebookController } from "./notebook-controller.ts";
import { notebookHeader } from "./notebook-header.ts";
import { NotebookView } from "./notebook-view.ts";
import type { NoticeAction } from "./notices.ts";
import { editorServices, type OpenNotebook } from "./open-notebook.ts";
import { PackageKeeping } from "./package-keeping.ts";
import { showPackages } from "./packages-dialog.ts";
import { type PageActs, pageCommands } from "./page-commands.ts";
import { isMac } from "./platform.ts";
import { runCommands } from "./run-commands.ts";
import { RunWords } from "./run-words.ts";
import { showSettings } from "./settings-dialog.ts";
import type { Sharing } from "./sharing.ts";
import { showShortcuts } from "./shortcut-list.ts";

export interface NotebookPageParts {
  open: OpenNotebook;
  settings: SettingsStore;
  clipboard: CellClipboard;
  environments: readonly { name: string; title: string }[];
  /** What leads away from this notebook. */
  leave: Pick<
    PageActs,
    "home" | "new-notebook" | "open-file" | "open-url" | "duplicate-notebook" | "toggle-theme" | "share"
  >;
  /** Whether there is a relay to share by. */
  canShare(): boolean;
  exportHtml(): Promise<string>;
  startDatabases: StartDatabases;
  notify(notice: Notice, action?: NoticeAction): void;
  onError(error: unknown): void;
}

export class NotebookPage extends LitElement {
  static override properties = {
    environments: { attribute: false },
    offline: { attribute: false },
    sharing: { attribute: false },
    showsFiles: { state: true },
  };
  declare environments: readonly { name: string; title: string }[];
  declare showsFiles: boolean;
  declare offline: OfflineState | null;
  /** null while the notebook is private. */
  declare sharing: Sharing | null;
  readonly controller: NotebookController;
  readonly parts: NotebookPageParts;
  readonly #commands: CommandHandlers;
  readonly view: NotebookView;
  readonly #files: FilePanel;
  readonly #keeping: PackageKeeping;
  readonly #life = new AbortController();
  readonly #pageKeys = new KeySequence<CommandId>(keymapOf("edit"));
  #find: FindBar | null = null;
  #findIsOpen = false;
  readonly #runWords = new RunWords();
  #databasesStarted: Promise<Databases> | null = null;

  constructor(parts: NotebookPageParts) {
    super();
    this.parts = parts;
    const { session, rendering, folder } = parts.open;
    const { clipboard, onError } = parts;
    this.environments = parts.environments;
    this.showsFiles = false;
    this.offline = null;
    this.sharing = null;
    const services = editorServices(session, rendering, async (text) =>
      (await this.#databases()).sqlLanguage(text),
    );
    const { signal } = this.#life;
    this.controller = new NotebookController(
      session,
      services,
      { lineNumbers: parts.settings.current.lineNumbers, clipboard },
      signal,
    );
    const say = (message: string, hint = "") => parts.notify({ level: "info", message, hint, topic: "said" });
    this.#commands = {
      ...cellCommands(this.controller),
      ...runCommands(this.controller, { confirmRestart: () => this.#confirmRestart(), say, onError }),
      ...pageCommands(this.controller, this.#acts(say)),
    };
    this.view = new NotebookView({
      controller: this.controller,
      commands: this.#commands,
      rendering,
      onError,
    });
    const close = () => {
      this.showsFiles = false;
    };
    this.#files = new FilePanel({ folder, session, close, say, onError });
    this.#keeping = new PackageKeeping(parts.open.keeping, (notice) => parts.notify(notice), signal);
    session.on("installed", (packages) => this.#offerToKeep(packages), signal);
    for (const name of ["run", "kernel", "save", "network"] as const) {
      session.on(name, () => this.requestUpdate(), signal);
    }
    session.on(
      "notice",
      (notice) => {
        const { state } = session.kernel;
        // The bar below the header says it already, with a way out.
        if (state.kind !== "failed" || state.error.message !== notice.message) parts.notify(notice);
      },
      signal,
    );
    session.on("run", ({ cellIds }) => this.#runWords.follow(this.controller, cellIds), signal);
    session.notebook.observe((change) => {
      if (change.meta) this.requestUpdate();
    }, signal);
    this.controller.addEventListener(
      "view",
      () => {
        const lineNumbers = this.controller.allLineNumbers;
        if (lineNumbers !== parts.settings.current.lineNumbers) parts.settings.change({ lineNumbers });
      },
      { signal },
    );
    window.addEventListener("online", () => this.requestUpdate(), { signal });
    window.addEventListener("offline", () => this.requestUpdate(), { signal });
    // Keys of the page also work while nothing has the focus.
    document.addEventListener("keydown", (event) => this.#key(event), { signal });
  }

  /** Ends for good: an element that left the page does not come back. */
  close(): void {
    this.sharing?.close();
    this.controller.databases?.close();
    this.#life.abort();
    this.remove();
  }

  /** Gives the active cell the focus, once the cells are on the page. */
  async focusCells(): Promise<void> {
    await this.updateComplete;
    await this.view.updateComplete;
    if (this.controller.activeId) this.view.focusCell(this.controller.activeId);
  }

  protected override createRenderRoot(): this {
    return this;
  }

  protected override async scheduleUpdate(): Promise<void> {
    await this.controller.drawing.held;
    super.scheduleUpdate();
  }

  protected override render() {
    const { controller } = this;
    const { session, notebook } = controller;
    const { kernel } = session;
    document.title = notebook.title || "Untitled";
    const header = {
      controller,
      commands: this.#commands,
      isOffline: !navigator.onLine,
      environments: this.environments,
      offline: this.offline,
      sharing: this.sharing,
      canShare: this.parts.canShare(),
      chooseEnvironment: (name: string) => this.#chooseEnvironment(name),
    };
    const asking = session.running && `Cell ${controller.order.indexOf(session.running) + 1}`;
    return html`
      ${notebookHeader(header)} ${startProgress(kernel.state)}
      ${kernel.state.kind === "failed" ? this.#died(kernel.state.error) : nothing}
      ${this.#findIsOpen ? this.#find : nothing}
      <div class="notebook-layout"><div class="visually-hidden" id="run-status" role="status">${this.#runWords.words}</div>
        ${this.view}${this.sharing?.panel()}${controller.databases?.panel()}${this.showsFiles ? this.#files : nothing}
      </div>
      ${networkBar(session, asking || "This notebook")}
    `;
  }

  /** Loaded for the first SQL cell, or with the panel. */
  #databases(): Promise<Databases> {
    this.#databasesStarted ??= this.parts.startDatabases(this).then((databases) => {
      this.controller.databases = databases;
      return databases;
    });
    return this.#databasesStarted;
  }

  #inDatabases(act: "togglePanel" | "explain"): void {
    this.#databases().then((databases) => databases[act](), this.parts.onError);
  }

  #died(error: { message: string; hint?: string }) {
    return html`<section class="kernel-died" role="alert">
      <p><strong>Python stopped.</strong> ${error.message} <span class="soft">${error.hint ?? ""}</span></p>
      <button class="button" @click=${() => this.controller.session.restart().catch(this.parts.onError)}>Start it again</button>
    </section>`;
  }

  #acts(say: (message: string, hint?: string) => void): PageActs {
    const { leave, settings, exportHtml, onError } = this.parts;
    return {
      ...leave,
      say,
      exportHtml,
      onError,
      find: () => this.#openFind(),
      "toggle-files": () => {
        this.showsFiles = !this.showsFiles;
      },
      "toggle-databases": () => this.#inDatabases("togglePanel"),
      explain: () => this.#inDatabases("explain"),
      settings: () => {
        showSettings(settings, this.controller, this.parts.open.network).catch(onError);
      },
      packages: () => this.#showPackages(),
      palette: () => {
        showCommandPalette(this.#commands).catch(onError);
      },
      shortcuts: () => {
        showShortcuts().catch(onError);
      },
    };
  }

  #showPackages(): void {
    const { notebook, session } = this.controller;
    const restart = () => session.restart();
    showPackages(notebook, this.environments, restart, this.#keeping).catch(this.parts.onError);
  }

  #offerToKeep(packages: string): void {
    if (this.parts.open.keeping.cannot) return;
    const message = `Installed until the kernel ends: ${packages}`;
    const act = () => {
      void this.#keeping.keep();
      this.#showPackages();
    };
    const notice = { level: "info", message, hint: "", topic: "keep-packages" } as const;
    this.parts.notify(notice, { words: "Keep for the next start", act });
  }

  #openFind(): void {
    this.#find ??= new FindBar({
      controller: this.controller,
      view: this.view,
      close: () => this.#closeFind(),
      say: (message) => this.parts.notify({ level: "info", message, hint: "", topic: "said" }),
    });
    this.#findIsOpen = true;
    this.requestUpdate();
    this.updateComplete.then(() => this.#find?.begin());
  }

  #closeFind(): void {
    this.#findIsOpen = false;
    this.requestUpdate();
    this.focusCells().catch(this.parts.onError);
  }

  #confirmRestart(): Promise<boolean> {
    if (this.controller.session.kernel.state.kind === "off") return Promise.resolve(true);
    const words = "Variables are lost. Cells, outputs and files stay.";
    return askToConfirm("Restart the kernel?", words, "Restart");
  }

  #chooseEnvironment(name: string): void {
    const { notebook, session } = this.controller;
    notebook.environment = name;
    if (session.kernel.state.kind === "off") return;
    const words = `“${name}” is used from the next start. Restart now? Variables are lost; cells, outputs and files stay.`;
    askToConfirm("Restart with the new environment?", words, "Restart")
      .then((agreed) => (agreed ? session.restart() : undefined))
      .catch(this.parts.onError);
  }

  #key(event: KeyboardEvent): void {
    if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const [target] = event.composedPath();
    const isPage =
      target === document.body ||
      (target instanceof Element && target.closest(".header, .find-bar, file-panel"));
    if (!isPage) return;
    if (event.key === "Escape" && this.#findIsOpen) {
      this.#closeFind();
      return;
    }
    if (target === document.body) {
      this.view.pressed(event);
      return;
    }
    const command = this.#pageKeys.press(event, isMac);
    const isForPage =
      command === "find" || command === "save" || command === "palette" || command === "settings";
    if (!isForPage) return;
    event.preventDefault();
    this.#commands[command]();
  }
}

customElements.define("notebook-page", NotebookPage);

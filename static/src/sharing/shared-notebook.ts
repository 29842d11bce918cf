/** A notebook with its room: the connection, the people, comments, and what the page shows of them. */

import type { EditorView } from "@codemirror/view";
import { html, type TemplateResult } from "lit";
import type { Session } from "../contracts/generated.ts";
import { Comments } from "../document/comments.ts";
import type { NotebookPage } from "../elements/notebook-page.ts";
import type { Sharing } from "../elements/sharing.ts";
import type { NotebookLibrary } from "../session/library.ts";
import type { TextStorage } from "../session/settings.ts";
import type { StoredNotebook } from "../session/stored-notebook.ts";
import type { Ending } from "../sync/close-reasons.ts";
import { RoomClient } from "../sync/room-client.ts";
import { openSocket, roomAddress } from "../sync/room-socket.ts";
import { AccessPanel } from "./access-panel.ts";
import { confineChanges, refusalOf, setReadOnly } from "./access-read-only.ts";
import { AccessError, AccessRequests } from "./access-requests.ts";
import { askToSignIn } from "./access-sign-in.ts";
import type { Role } from "./access-words.ts";
import { CellMarks } from "./cell-marks.ts";
import { CommentPanel } from "./comment-panel.ts";
import { Following } from "./following.ts";
import { forkNotebook } from "./fork-notebook.ts";
import { KnownNames } from "./known-names.ts";
import { showHistory } from "./notebook-history.ts";
import { fetchUser, lastUser } from "./own-user.ts";
import { showRemoteCursors } from "./remote-cursors.ts";
import { RoomBlobs } from "./room-blobs.ts";
import { RoomHistory } from "./room-history.ts";
import { RoomPresence } from "./room-presence.ts";
import { fetchEpoch, goOnFromLastGoodState } from "./room-requests.ts";
import { openShareDialog } from "./share-dialog.ts";
import { SharingBar } from "./sharing-bar.ts";
import { adoptSharingStyles } from "./sharing-styles.ts";

export interface SharingParts {
  library: NotebookLibrary;
  /** The address below which everything of the app lies. */
  base: URL;
  /** Where names are remembered; null where the browser forbids it. */
  storage: TextStorage | null;
  /** Opens a notebook in place of the one that is shown, which is closed first. */
  show(stored: () => Promise<StoredNotebook>): Promise<void>;
}

/** Joins the page's notebook with its room. */
export async function startSharing(page: NotebookPage, parts: SharingParts): Promise<Sharing> {
  const { id } = page.parts.open;
  const entry = await parts.library.entry(id);
  const requests = new AccessRequests(parts.base);
  return new SharedNotebook(page, parts, requests, await ownRole(requests, id), entry?.waiting ?? 0);
}

class SharedNotebook implements Sharing {
  readonly #page: NotebookPage;
  readonly #parts: SharingParts;
  readonly #client: RoomClient;
  readonly #presence: RoomPresence;
  readonly #bar: SharingBar;
  readonly #comments: CommentPanel;
  readonly #names: KnownNames;
  readonly #life = new AbortController();
  #showsComments = false;
  /** What the database holds; a confirmed edit makes it 0 again. */
  #waitingStored: number;
  #ended: Ending | null = null;
  #wasConnected = false;
  readonly #requests: AccessRequests;
  readonly #blobs: RoomBlobs;
  #role: Role | null;
  /** The document's own, unless somebody else gave the room its name. */
  #epoch: string;

  constructor(
    page: NotebookPage,
    parts: SharingParts,
    requests: AccessRequests,
    role: Role | null,
    waitingBefore: number,
  ) {
    this.#page = page;
    this.#parts = parts;
    this.#names = new KnownNames(parts.storage);
    this.#requests = requests;
    this.#role = role;
    this.#waitingStored = waitingBefore;
    const { signal } = this.#life;
    const { open } = page.parts;
    const { stored } = open;
    const { notebook } = stored;
    this.#epoch = notebook.epoch;
    this.#client = new RoomClient({
      doc: notebook.doc,
      openSocket: () => openSocket(roomAddress(parts.base, notebook.id, this.#epoch)),
      after: (milliseconds, act) => {
        const timer = setTimeout(act, milliseconds);
        return () => clearTimeout(timer);
      },
      chance: Math.random,
      isOnline: () => navigator.onLine,
      waitingBefore,
    });
    stored.countWaiting = () => {
      this.#waitingStored = this.#client.waiting;
      return this.#waitingStored;
    };
    this.#presence = new RoomPresence(this.#client, lastUser(parts.storage) ?? open.presence.user, signal);
    open.presence.join(this.#presence);
    const following = new Following(page, this.#client.awareness, signal);
    const comments = new Comments(notebook.doc);
    this.#comments = new CommentPanel({
      comments,
      controller: page.controller,
      user: () => this.#presence.user,
      close: () => this.#toggleComments(),
    });
    this.#bar = new SharingBar({
      page,
      client: this.#client,
      presence: this.#presence,
      comments,
      following,
      toggleComments: () => this.#toggleComments(),
      showHistory: () => this.#showHistory(),
    });
    this.#bar.role = role;
    confineChanges(
      notebook.doc,
      () => (signal.aborted ? null : this.#role),
      ({ message, hint }) => page.parts.notify({ level: "info", message, hint, topic: "role" }),
    );
    adoptSharingStyles(page, signal);
    new CellMarks({
      page,
      awareness: this.#client.awareness,
      comments,
      nameOf: (id) => this.#nameOf(id),
      comment: (cellId) => this.#commentOn(cellId),
      signal,
    });
    this.#blobs = new RoomBlobs(parts.base, notebook.id);
    open.session.blobs.remote = this.#blobs;
    this.#tellCell();
    page.controller.addEventListener("selection", () => this.#tellCell(), { signal });
    page.view.list.addEventListener("mounted", (event) => this.#showCursors(event.composedPath()), {
      signal,
    });
    for (const cell of page.view.cells()) this.#showCursors([cell]);
    this.#client.awareness.on("change", this.#learnNames);
    this.#client.addEventListener("state", () => this.#follow(), { signal });
    window.addEventListener("online", () => this.#client.connect(), { signal });
    window.addEventListener("offline", () => this.#client.lostNetwork(), { signal });
    this.#client.connect();
    fetchUser(parts.base, parts.storage)
      .then((user) => {
        if (user && !signal.aborted) this.#presence.user = user;
      })
      .catch(page.parts.onError);
  }

  header(): TemplateResult {
    return html`${this.#bar}`;
  }

  panel(): unknown {
    return this.#showsComments ? this.#comments : null;
  }

  openShareDialog(): void {
    this.#share().catch(this.#page.parts.onError);
  }

  async #share(): Promise<void> {
    const { open, notify } = this.#page.parts;
    const { mode, user } = await this.#session();
    if (mode === "accounts" && !user) {
      if (!(await this.#signIn("To share notebooks here, the server must know who you are."))) return;
    }
    const address = new URL(`?room=${encodeURIComponent(open.id)}`, this.#parts.base);
    const say = (message: string) => notify({ level: "info", message, hint: "", topic: "said" });
    const access = new AccessPanel(this.#requests, open.id, say);
    const life = new AbortController();
    // The first time a document has nobody's role until the server has it.
    const refresh = () => this.#client.isSaved && void access.refresh();
    this.#client.addEventListener("state", refresh, { signal: life.signal });
    await openShareDialog({ address, access, say });
    life.abort();
  }

  close(): void {
    this.#life.abort();
    this.#client.close();
  }

  #follow(): void {
    const { state, isSaved } = this.#client;
    // Whose role changes is sent away, and comes back: what it is now?
    const isConnected = state.kind === "live";
    if (isConnected && !this.#wasConnected) {
      this.#learnRole().catch(this.#page.parts.onError);
      this.#handOverBlobs().catch(this.#page.parts.onError);
    }
    this.#wasConnected = isConnected;
    if (isSaved && this.#waitingStored > 0) this.#forgetWaiting();
    if (state.kind !== "ended") this.#ended = null;
    else if (state.ending !== this.#ended) {
      this.#ended = state.ending;
      this.#tellEnding(state.ending);
    }
  }

  /** Large outputs made while this notebook was private, or without a connection. */
  async #handOverBlobs(): Promise<void> {
    const { session, stored } = this.#page.parts.open;
    await session.blobs.handOver(stored.notebook, this.#blobs);
  }

  async #learnRole(): Promise<void> {
    this.#role = await ownRole(this.#requests, this.#page.parts.open.id);
    this.#bar.role = this.#role;
    for (const cell of this.#page.view.cells()) this.#confine(cell.source.editor?.view);
  }

  #confine(view: EditorView | undefined): void {
    if (view) setReadOnly(view, refusalOf(this.#role, null) !== "");
  }

  /** Offline one is whoever one was. */
  async #session(): Promise<Pick<Session, "mode" | "user">> {
    try {
      return await this.#requests.session();
    } catch (error) {
      if (error instanceof AccessError) return { mode: "accounts", user: this.#presence.user };
      throw error;
    }
  }

  /** Whether they are now. */
  async #signIn(why: string): Promise<boolean> {
    const session = await askToSignIn(this.#requests, why);
    if (!session?.user) return false;
    this.#presence.user = session.user;
    this.#client.connect();
    return true;
  }

  /** What was stored as waiting has been confirmed. */
  #forgetWaiting(): void {
    this.#waitingStored = 0;
    const { library } = this.#parts;
    library
      .change(this.#page.parts.open.id, (entry) => ({ ...entry, waiting: 0 }))
      .catch(this.#page.parts.onError);
  }

  #tellEnding(ending: Ending): void {
    const { notify, onError, open } = this.#page.parts;
    const notice = { level: "warning", message: ending.message, hint: ending.hint, topic: "room" } as const;
    if (ending.kind === "fork") {
      this.#fork().catch(onError);
    } else if (ending.kind === "reload") {
      notify(notice, { words: "Reload", act: () => location.reload() });
    } else if (ending.kind === "quarantined") {
      const act = () => {
        goOnFromLastGoodState(this.#parts.base, open.id)
          .then(() => this.#client.connect())
          .catch(onError);
      };
      notify(notice, { words: "Go on from the last good state", act });
    } else if (ending.kind === "sign_in") {
      const act = () => {
        this.#signIn(ending.message).catch(onError);
      };
      notify(notice, { words: "Sign in", act });
    } else notify(notice, { words: "Try again", act: () => this.#client.connect() });
  }

  async #fork(): Promise<void> {
    if (await forkNotebook(this.#page, this.#parts)) return;
    const epoch = await fetchEpoch(this.#parts.base, this.#page.parts.open.id);
    if (epoch === null || epoch === this.#epoch) return;
    this.#epoch = epoch;
    this.#client.connect();
  }

  #tellCell(): void {
    const { activeId, mode } = this.#page.controller;
    const own = this.#client.awareness.getLocalState() ?? {};
    const cursor = mode === "edit" ? (own["cursor"] ?? null) : null;
    if (own["cell_id"] !== activeId || own["cursor"] !== cursor)
      this.#presence.tell({ cell_id: activeId, cursor });
  }

  #showCursors(path: readonly unknown[]): void {
    const cell = this.#page.view.cells().find((each) => path.includes(each));
    const view = cell?.source.editor?.view;
    this.#confine(view);
    if (cell?.cell && view) showRemoteCursors(view, cell.cellId, cell.cell.text, this.#client.awareness);
  }

  #toggleComments(): void {
    this.#showsComments = !this.#showsComments;
    this.#bar.showsComments = this.#showsComments;
    this.#page.requestUpdate();
    if (!this.#showsComments) this.#bar.focusComments();
  }

  #commentOn(cellId: string): void {
    if (!this.#showsComments) this.#toggleComments();
    this.#page.updateComplete.then(() => this.#comments.begin(cellId)).catch(this.#page.parts.onError);
  }

  #showHistory(): void {
    const { onError, open } = this.#page.parts;
    const get = async (path: string): Promise<Response> => {
      const response = await fetch(new URL(path, this.#parts.base));
      if (!response.ok) throw new Error(`the server answered ${response.status} to ${path}`);
      return response;
    };
    showHistory({
      notebook: open.session.notebook,
      history: new RoomHistory(open.id, get),
      user: this.#presence.user,
      mayEdit: refusalOf(this.#role, null) === "",
      nameOf: (id) => this.#nameOf(id) ?? "Somebody",
      onError,
    }).catch(onError);
  }

  #nameOf(userId: string): string | null {
    return userId === this.#presence.user.id ? "you" : this.#names.nameOf(userId);
  }

  readonly #learnNames = (): void => {
    for (const { user } of this.#presence.others.values()) this.#names.learn(user);
  };
}

/** null also while the relay does not answer: then nothing is refused here, and what is written stays here. */
async function ownRole(requests: AccessRequests, id: string): Promise<Role | null> {
  try {
    return await requests.role(id);
  } catch (error) {
    if (error instanceof AccessError) return null;
    throw error;
  }
}

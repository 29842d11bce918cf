/** A notebook with its room: the connection, the people, comments, and what the page shows of them. */

import { html, type TemplateResult } from "lit";
import { Comments } from "../document/comments.ts";
import { ORIGIN } from "../document/origin.ts";
import type { NotebookPage } from "../elements/notebook-page.ts";
import type { Sharing } from "../elements/sharing.ts";
import type { NotebookLibrary } from "../session/library.ts";
import { ownUser } from "../session/own-user.ts";
import type { TextStorage } from "../session/settings.ts";
import type { StoredNotebook } from "../session/stored-notebook.ts";
import { after } from "../sync/after.ts";
import { RoomClient } from "../sync/room-client.ts";
import { openSocket, roomAddress } from "../sync/room-socket.ts";
import { AccessPanel } from "./access-panel.ts";
import { confineChanges, refusalOf } from "./access-read-only.ts";
import { AccessRequests } from "./access-requests.ts";
import { CellMarks } from "./cell-marks.ts";
import { CommentPanel } from "./comment-panel.ts";
import { Following } from "./following.ts";
import { KnownNames } from "./known-names.ts";
import { showHistory } from "./notebook-history.ts";
import { OwnAccess } from "./own-access.ts";
import { lastUser } from "./own-user.ts";
import { RoomBlobs } from "./room-blobs.ts";
import { RoomEndings } from "./room-endings.ts";
import { getBelow, RoomHistory } from "./room-history.ts";
import { RoomPresence } from "./room-presence.ts";
import { openShareDialog } from "./share-dialog.ts";
import { SharedEditors } from "./shared-editors.ts";
import { SharingBar } from "./sharing-bar.ts";
import { adoptSharingStyles } from "./sharing-styles.ts";
import { signOut } from "./signing-out.ts";

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
  const access = new OwnAccess(new AccessRequests(parts.base), id, parts.storage);
  await access.learn();
  return new SharedNotebook(page, parts, access, entry?.waiting ?? 0);
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
  #wasConnected = false;
  readonly #access: OwnAccess;
  readonly #blobs: RoomBlobs;
  readonly #editors: SharedEditors;
  readonly #endings: RoomEndings;

  constructor(page: NotebookPage, parts: SharingParts, access: OwnAccess, waitingBefore: number) {
    this.#page = page;
    this.#parts = parts;
    this.#names = new KnownNames(parts.storage);
    this.#access = access;
    this.#waitingStored = waitingBefore;
    const { signal } = this.#life;
    const { open } = page.parts;
    const { stored } = open;
    const { notebook } = stored;
    this.#endings = new RoomEndings({
      page,
      sharing: parts,
      access,
      epoch: notebook.epoch,
      connect: () => this.#client.connect(),
      signIn: (why) => this.#signIn(why),
    });
    this.#client = new RoomClient({
      doc: notebook.doc,
      openSocket: () => openSocket(roomAddress(parts.base, notebook.id, this.#endings.epoch)),
      after,
      chance: Math.random,
      isOnline: () => navigator.onLine,
      waitingBefore,
    });
    stored.countWaiting = () => {
      this.#waitingStored = this.#client.waiting;
      return this.#waitingStored;
    };
    const user = access.user ?? lastUser(parts.storage) ?? open.presence.user;
    this.#presence = new RoomPresence(this.#client, user, signal, after);
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
      access,
      account: { signIn: () => this.#attempt(this.#signIn()), signOut: () => this.#attempt(this.#signOut()) },
      toggleComments: () => this.#toggleComments(),
      showHistory: () => this.#showHistory(),
    });
    confineChanges(
      notebook.doc,
      () => (signal.aborted ? null : access.role),
      ({ message, hint }) => page.parts.notify({ level: "info", message, hint, topic: "role" }),
    );
    open.session.rights = {
      mayAsk: () => refusalOf(access.role, ORIGIN.run) === "",
      mayHost: () => this.#mayEdit,
    };
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
    this.#editors = new SharedEditors({
      page,
      awareness: this.#client.awareness,
      presence: this.#presence,
      mayEdit: () => this.#mayEdit,
      signal,
    });
    this.#client.awareness.on("change", this.#learnNames);
    this.#client.addEventListener("state", () => this.#follow(), { signal });
    window.addEventListener("online", () => this.#client.connect(), { signal });
    window.addEventListener("offline", () => this.#client.lostNetwork(), { signal });
    access.addEventListener("change", () => this.#followAccess(), { signal });
    this.#client.connect();
  }

  header(): TemplateResult {
    return html`${this.#bar}`;
  }

  panel(): unknown {
    return this.#showsComments ? this.#comments : null;
  }

  openShareDialog(): void {
    this.#attempt(this.#share());
  }

  async #share(): Promise<void> {
    const { open, notify } = this.#page.parts;
    await this.#access.learn();
    if (this.#access.isSignedOut) {
      if (!(await this.#signIn("To share notebooks here, the server must know who you are."))) return;
    }
    const address = new URL(`?room=${encodeURIComponent(open.id)}`, this.#parts.base);
    const say = (message: string) => notify({ level: "info", message, hint: "", topic: "said" });
    const life = new AbortController();
    const deleted = () => life.abort();
    const access = new AccessPanel(this.#access.requests, open.id, { say, deleted });
    // The first time a document has nobody's role until the server has it.
    const refresh = () => this.#client.isSaved && void access.refresh();
    this.#client.addEventListener("state", refresh, { signal: life.signal });
    await openShareDialog({ address, access, say, signal: life.signal });
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
      this.#attempt(this.#access.learn());
      this.#attempt(this.#handOverBlobs());
    }
    this.#wasConnected = isConnected;
    if (isSaved && this.#waitingStored > 0) this.#forgetWaiting();
    this.#attempt(this.#endings.follow(state.kind === "ended" ? state.ending : null));
  }

  /** Large outputs made while this notebook was private, or without a connection. */
  async #handOverBlobs(): Promise<void> {
    const { session, stored } = this.#page.parts.open;
    await session.blobs.handOver(stored.notebook, this.#blobs);
  }

  /** Who one is and what one may has changed. */
  #followAccess(): void {
    const { user, isSignedOut } = this.#access;
    if (user) this.#presence.user = user;
    else if (isSignedOut) this.#presence.user = ownUser(this.#parts.storage);
    this.#editors.confine();
  }

  get #mayEdit(): boolean {
    return refusalOf(this.#access.role, null) === "";
  }

  /** Whether they are now. */
  async #signIn(why = "This notebook is shared with people who sign in."): Promise<boolean> {
    if (!(await this.#access.signIn(why))) return false;
    this.#client.connect();
    const message = `You are signed in as ${this.#presence.user.name}.`;
    this.#page.parts.notify({ level: "info", message, hint: "", topic: "room" });
    return true;
  }

  #signOut(): Promise<void> {
    const signIn = () => this.#attempt(this.#signIn());
    return signOut({
      page: this.#page,
      library: this.#parts.library,
      client: this.#client,
      blobs: this.#blobs,
      access: this.#access,
      signIn,
    });
  }

  /** What was stored as waiting has been confirmed. */
  #forgetWaiting(): void {
    this.#waitingStored = 0;
    const { library } = this.#parts;
    library
      .change(this.#page.parts.open.id, (entry) => ({ ...entry, waiting: 0 }))
      .catch(this.#page.parts.onError);
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
    const shown = showHistory({
      notebook: open.session.notebook,
      history: new RoomHistory(open.id, getBelow(this.#parts.base)),
      user: this.#presence.user,
      mayEdit: this.#mayEdit,
      nameOf: (id) => this.#nameOf(id) ?? "Somebody",
      onError,
    });
    this.#attempt(shown);
  }

  #nameOf(userId: string): string | null {
    return userId === this.#presence.user.id ? "you" : this.#names.nameOf(userId);
  }

  #attempt(act: Promise<unknown>): void {
    act.catch(this.#page.parts.onError);
  }

  readonly #learnNames = (): void => {
    for (const { user } of this.#presence.others.values()) this.#names.learn(user);
  };
}

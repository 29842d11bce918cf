/** A notebook that is kept in this browser: every update is stored, and shared with other tabs that show it. */
import * as Y from "yjs";
import { blobsOf } from "../document/blobs.ts";
import { NotebookDocument } from "../document/notebook.ts";
import { type Database, StorageError } from "./database.ts";
import { NotebookBlobs } from "./notebook-blobs.ts";
import type { Notice } from "./notice.ts";
import type { SaveState, SaveStatus } from "./session-parts.ts";
import { TabSync } from "./tab-sync.ts";

/** After so many stored updates they are joined into one, which also frees what was deleted. */
const UPDATES_BEFORE_COMPACTION = 400;
const RETRY_MILLISECONDS = 5000;

const FROM_STORE = "store";

/** What the library wants to know at each save. */
export interface SavedFacts {
  title: string;
  epoch: string;
  /** Changes of a shared notebook that the relay has not confirmed. */
  waiting: number;
  /** Bytes stored after this save, from those before. */
  sizeAfter(sizeBefore: number): number;
  /** Hashes of the blobs that its outputs refer to. */
  blobs: readonly string[];
}

interface StoredUpdate {
  notebook_id: string;
  update: Uint8Array;
}

export class StoredNotebook extends EventTarget implements SaveStatus {
  readonly notebook: NotebookDocument;
  /** Whether the notebook has a room on the relay. */
  isShared = false;
  /** Says how many changes the relay has not confirmed; stored with each change. */
  countWaiting: () => number = () => 0;
  /** What its outputs refer to. */
  readonly blobs: NotebookBlobs;
  readonly #database: Database;
  readonly #onSaved: (transaction: IDBTransaction, facts: SavedFacts) => void;
  readonly #tabs: TabSync;
  #waiting: Uint8Array[] = [];
  #storedCount: number;
  #writing: Promise<void> | null = null;
  #retry: ReturnType<typeof setTimeout> | null = null;
  #state: SaveState = "saved";
  #failure: Notice | null = null;
  #isForgotten = false;

  private constructor(
    notebook: NotebookDocument,
    database: Database,
    onSaved: (transaction: IDBTransaction, facts: SavedFacts) => void,
    storedCount: number,
  ) {
    super();
    this.notebook = notebook;
    this.blobs = new NotebookBlobs(database);
    this.#database = database;
    this.#onSaved = onSaved;
    this.#storedCount = storedCount;
    notebook.doc.on("update", this.#onUpdate);
    this.#tabs = new TabSync(notebook.doc, `${notebook.id}:${notebook.epoch}`);
  }

  /** Loads the stored document; null when there is none. Throws StorageError or NotebookFormatError. */
  static async load(
    database: Database,
    id: string,
    onSaved: (transaction: IDBTransaction, facts: SavedFacts) => void,
  ): Promise<StoredNotebook | null> {
    const stored = await storedUpdates(database, id);
    if (stored.length === 0) return null;
    const doc = new Y.Doc();
    doc.transact(() => {
      for (const { update } of stored) Y.applyUpdate(doc, update, FROM_STORE);
    }, FROM_STORE);
    return new StoredNotebook(new NotebookDocument(doc), database, onSaved, stored.length);
  }

  /** "saved" only when everything the person did is in the database. */
  get saveState(): SaveState {
    return this.#database.isLasting || this.#state === "failed" ? this.#state : "not_kept";
  }

  get saveFailure(): Notice | null {
    return this.#failure;
  }

  /** Resolves when nothing waits to be stored; rejects with StorageError when it cannot be. */
  async flush(): Promise<void> {
    while (this.#waiting.length > 0 || this.#writing !== null) {
      await (this.#writing ?? this.#write());
      if (this.#failure !== null) throw new StorageError(this.#failure, null);
    }
  }

  /** Stores what waits, and stops listening. Rejects with StorageError when it could not be stored. */
  async close(): Promise<void> {
    this.#tabs.close();
    this.notebook.doc.off("update", this.#onUpdate);
    try {
      await this.flush();
    } finally {
      if (this.#retry !== null) clearTimeout(this.#retry);
      this.notebook.doc.destroy();
    }
  }

  /** Stores nothing more, also not what waits: it is kept elsewhere. */
  forget(): void {
    this.notebook.doc.off("update", this.#onUpdate);
    this.#isForgotten = true;
    this.#waiting = [];
    this.#failure = null;
  }

  readonly #onUpdate = (update: Uint8Array, origin: unknown): void => {
    // The tab where an edit was made stores it.
    if (origin === FROM_STORE || origin === this.#tabs) return;
    this.#waiting.push(update);
    this.#tell("saving", null);
    if (this.#writing === null && this.#retry === null) void this.#write();
  };

  /** One transaction at a time: what comes meanwhile goes into the next. */
  #write(): Promise<void> {
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
    this.#writing = this.#writeWaiting().finally(() => {
      this.#writing = null;
      if (this.#waiting.length > 0 && this.#failure === null) void this.#write();
    });
    return this.#writing;
  }

  async #writeWaiting(): Promise<void> {
    // A turn of the event loop lets the updates of one act become one write.
    await Promise.resolve();
    const updates = this.#waiting;
    if (updates.length === 0) return;
    // What is edited while these are written waits in an array of its own.
    this.#waiting = [];
    try {
      await this.#store(Y.mergeUpdates(updates));
      this.#failure = null;
      this.#tell(this.#waiting.length === 0 ? "saved" : "saving", null);
    } catch (error) {
      if (this.#isForgotten) return;
      this.#waiting = [...updates, ...this.#waiting];
      if (!(error instanceof StorageError)) throw error;
      this.#tell("failed", error.notice);
      this.#retry = setTimeout(() => void this.#write(), RETRY_MILLISECONDS);
    }
  }

  async #store(update: Uint8Array): Promise<void> {
    const id = this.notebook.id;
    const compacts = this.#storedCount + 1 > UPDATES_BEFORE_COMPACTION;
    const { title, epoch } = this.notebook;
    const { unsaved } = this.blobs;
    const blobs = blobsOf(this.notebook).map(({ sha256 }) => sha256);
    const facts = { title, epoch, waiting: this.countWaiting(), blobs };
    await this.#database.write(["updates", "notebooks", "blobs"], (transaction) => {
      const updates = transaction.objectStore("updates");
      updates.add({ notebook_id: id, update } satisfies StoredUpdate);
      for (const blob of unsaved) transaction.objectStore("blobs").put(blob);
      if (!compacts) this.#onSaved(transaction, { ...facts, sizeAfter: (size) => size + update.byteLength });
      else compact(updates, id, (bytes) => this.#onSaved(transaction, { ...facts, sizeAfter: () => bytes }));
    });
    this.blobs.saved(unsaved);
    this.#storedCount = compacts ? 1 : this.#storedCount + 1;
  }

  #tell(state: SaveState, failure: Notice | null): void {
    this.#failure = failure ?? (state === "saving" ? this.#failure : null);
    const shown = this.#failure === null ? state : "failed";
    if (shown === this.#state) return;
    this.#state = shown;
    this.dispatchEvent(new Event("save"));
  }
}

export function storedUpdates(database: Database, id: string): Promise<StoredUpdate[]> {
  return database.read<StoredUpdate[]>(["updates"], (transaction) =>
    transaction.objectStore("updates").index("notebook_id").getAll(id),
  );
}

/** Joins all updates of a notebook, those of other tabs too, within the transaction that read them. */
function compact(updates: IDBObjectStore, id: string, done: (bytes: number) => void): void {
  const keys = updates.index("notebook_id").getAllKeys(id);
  const values = updates.index("notebook_id").getAll(id);
  values.onsuccess = () => {
    const doc = new Y.Doc();
    for (const { update } of values.result as StoredUpdate[]) Y.applyUpdate(doc, update);
    for (const key of keys.result) updates.delete(key);
    const update = Y.encodeStateAsUpdate(doc);
    updates.add({ notebook_id: id, update } satisfies StoredUpdate);
    doc.destroy();
    done(update.byteLength);
  };
}

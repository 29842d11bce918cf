/** The notebooks kept in this browser: list, create, open, duplicate, rename, delete, import and export. */
import * as Y from "yjs";
import { blobsOf } from "../document/blobs.ts";
import { parseIpynb, toIpynb, toIpynbText } from "../document/ipynb.ts";
import { NotebookDocument } from "../document/notebook.ts";
import { parsePythonScript } from "../document/python-script.ts";
import { sweepBlobs } from "./blob-sweep.ts";
import { type Database, StorageError } from "./database.ts";
import { NetworkGrants } from "./network-gate.ts";
import { NotebookBlobs } from "./notebook-blobs.ts";
import type { TextStorage } from "./settings.ts";
import { type SavedFacts, StoredNotebook } from "./stored-notebook.ts";

export interface NotebookEntry {
  id: string;
  title: string;
  /** Milliseconds since 1970. */
  modified: number;
  opened: number;
  /** Bytes stored, about. */
  size: number;
  /** Where it was opened from; null for the person's own. */
  originUrl: string | null;
  /** Hash of the file as it was at `originUrl`, to notice that it changed there. */
  originHash: string | null;
  /** The document's; null until it was stored by a page that notes it. */
  epoch?: string;
  /** Whether it has a room on the relay. */
  isShared?: boolean;
  /** Changes that the relay had not confirmed when they were stored. */
  waiting?: number;
  /** Hashes of the blobs that its outputs may refer to; entries of before there were any have none. */
  blobs?: readonly string[];
}

export interface Origin {
  url: string;
  hash: string;
}

export class NotebookLibrary {
  readonly database: Database;
  readonly #storage: TextStorage | null;
  readonly #now: () => number;

  constructor(database: Database, storage: TextStorage | null = null, now: () => number = Date.now) {
    this.database = database;
    this.#storage = storage;
    this.#now = now;
  }

  /** The notebooks, the last opened first. */
  async list(): Promise<NotebookEntry[]> {
    const entries = await this.database.read<NotebookEntry[]>(["notebooks"], (transaction) =>
      transaction.objectStore("notebooks").getAll(),
    );
    return entries.sort((a, b) => b.opened - a.opened);
  }

  async entry(id: string): Promise<NotebookEntry | null> {
    const entry = await this.database.read<NotebookEntry | undefined>(["notebooks"], (transaction) =>
      transaction.objectStore("notebooks").get(id),
    );
    return entry ?? null;
  }

  /** The copies opened from this address, the last opened first. */
  async entriesFrom(url: string): Promise<NotebookEntry[]> {
    return (await this.list()).filter((entry) => entry.originUrl === url);
  }

  /** Stores a new notebook (an empty one by default) and opens it. */
  async create(
    notebook: NotebookDocument = NotebookDocument.create(),
    origin: Origin | null = null,
  ): Promise<StoredNotebook> {
    const blobs = new NotebookBlobs(this.database);
    await blobs.keepAll(notebook);
    const update = Y.encodeStateAsUpdate(notebook.doc);
    const entry: NotebookEntry = {
      id: notebook.id,
      title: notebook.title,
      modified: this.#now(),
      opened: this.#now(),
      size: update.byteLength,
      originUrl: origin?.url ?? null,
      originHash: origin?.hash ?? null,
      epoch: notebook.epoch,
      blobs: blobsOf(notebook).map(({ sha256 }) => sha256),
    };
    await this.database.write(["notebooks", "updates", "blobs"], (transaction) => {
      for (const blob of blobs.unsaved) transaction.objectStore("blobs").put(blob);
      transaction.objectStore("notebooks").add(entry);
      transaction.objectStore("updates").add({ notebook_id: entry.id, update });
    });
    return this.open(entry.id);
  }

  /** Throws StorageError when it is not here. */
  async open(id: string): Promise<StoredNotebook> {
    const saved = (transaction: IDBTransaction, facts: SavedFacts): void =>
      this.#noteSaved(transaction, id, facts);
    const stored = await StoredNotebook.load(this.database, id, saved);
    if (stored === null) {
      const hint =
        "It was deleted, or the browser cleared this site's data. Open it again from its file or address.";
      throw new StorageError(
        { level: "error", message: "This notebook is not in this browser.", hint },
        null,
      );
    }
    const blobs = blobsOf(stored.notebook).map(({ sha256 }) => sha256);
    await this.change(id, (entry) => {
      stored.isShared = entry.isShared ?? false;
      return { ...entry, opened: this.#now(), blobs };
    });
    await sweepBlobs(this.database);
    return stored;
  }

  async rename(id: string, title: string): Promise<void> {
    await this.#whileOpen(id, ({ notebook }) => {
      notebook.title = title;
    });
  }

  /** A copy of its own, with the files of its working folder. */
  async duplicate(id: string): Promise<StoredNotebook> {
    const copy = parseIpynb(JSON.stringify(await this.#whileOpen(id, ({ notebook }) => toIpynb(notebook))));
    copy.title = copy.title === "" ? "Copy" : `${copy.title} (copy)`;
    await this.copyFiles(id, copy.id);
    return this.create(copy);
  }

  /** Deletes the notebook, its files and its grants. */
  async delete(id: string): Promise<void> {
    await this.database.write(["notebooks", "updates", "files", "bodies"], (transaction) => {
      transaction.objectStore("notebooks").delete(id);
      for (const name of ["files", "bodies"]) transaction.objectStore(name).delete(filesOf(id));
      const updates = transaction.objectStore("updates");
      const keys = updates.index("notebook_id").getAllKeys(id);
      keys.onsuccess = () => {
        for (const key of keys.result) updates.delete(key);
      };
    });
    await sweepBlobs(this.database);
    new NetworkGrants(this.#storage, id).clear();
  }

  /** Takes in a file's text; `.py` is read as a percent script. Throws NotebookFormatError. */
  importText(text: string, fileName: string, origin: Origin | null = null): Promise<StoredNotebook> {
    const notebook = fileName.toLowerCase().endsWith(".py") ? parsePythonScript(text) : parseIpynb(text);
    if (notebook.title === "")
      notebook.title = fileName.replace(/^.*[/\\]/, "").replace(/\.(ipynb|py|json)$/i, "");
    return this.create(notebook, origin);
  }

  /** The notebook as `.ipynb` text. */
  exportText(id: string): Promise<string> {
    return this.#whileOpen(id, async ({ notebook, blobs }) =>
      toIpynbText(notebook, await blobs.wholes(notebook)),
    );
  }

  async #whileOpen<Result>(
    id: string,
    act: (stored: StoredNotebook) => Result | Promise<Result>,
  ): Promise<Result> {
    const stored = await this.open(id);
    try {
      return await act(stored);
    } finally {
      await stored.close();
    }
  }

  #noteSaved(transaction: IDBTransaction, id: string, facts: SavedFacts): void {
    const notebooks = transaction.objectStore("notebooks");
    const request = notebooks.get(id);
    request.onsuccess = () => {
      const entry = request.result as NotebookEntry | undefined;
      // Deleted in another tab, or replaced by another document: do not bring it back half.
      if ((entry?.epoch ?? facts.epoch) !== facts.epoch || !entry) return transaction.abort();
      const { sizeAfter, ...kept } = facts;
      const blobs = [...new Set([...(entry.blobs ?? []), ...facts.blobs])];
      notebooks.put({ ...entry, ...kept, blobs, modified: this.#now(), size: sizeAfter(entry.size) });
    };
  }

  /** Changes what is noted of a notebook that is here. */
  async change(id: string, change: (entry: NotebookEntry) => NotebookEntry): Promise<void> {
    await this.database.write(["notebooks"], (transaction) => {
      const notebooks = transaction.objectStore("notebooks");
      const request = notebooks.get(id);
      request.onsuccess = () => {
        if (request.result !== undefined) notebooks.put(change(request.result as NotebookEntry));
      };
    });
  }

  async copyFiles(from: string, to: string): Promise<void> {
    await this.database.write(["files", "bodies"], (transaction) => {
      for (const name of ["files", "bodies"]) {
        const store = transaction.objectStore(name);
        const request = store.openCursor(filesOf(from));
        request.onsuccess = () => {
          if (request.result === null) return;
          store.put({ ...request.result.value, notebook_id: to });
          request.result.continue();
        };
      }
    });
  }
}

/** All keys of a notebook's files. */
export function filesOf(notebookId: string): IDBKeyRange {
  return IDBKeyRange.bound([notebookId, ""], [notebookId, "\uffff"]);
}

/** The browser's database: which stores there are, and transactions as promises with errors a person understands. */
import { MemoryConnection } from "./memory-database.ts";
import type { Notice } from "./notice.ts";

/**
 * notebooks  one NotebookEntry per notebook, by id
 * updates    Yjs updates: {notebook_id, update}, in the order they were made
 * files      working folders: {notebook_id, path, size, modified}, by [notebook_id, path]
 * bodies     the bytes of those files: {notebook_id, path, body}, so that listing reads none of them
 * blobs      large values of outputs: {sha256, body}, shared by the notebooks that refer to them
 */
export type StoreName = "notebooks" | "updates" | "files" | "bodies" | "blobs";

/** 2 brought the blobs. */
const VERSION = 2;

/** Storing failed; `notice` says why, and what to do. */
export class StorageError extends Error {
  readonly notice: Notice;
  constructor(notice: Notice, cause: unknown) {
    super(notice.message, { cause });
    this.name = "StorageError";
    this.notice = notice;
  }
}

export class Database {
  readonly #connection: IDBDatabase;
  /** Whether what is stored outlives the page. */
  readonly isLasting: boolean;

  private constructor(connection: IDBDatabase, isLasting: boolean) {
    this.#connection = connection;
    this.isLasting = isLasting;
    // Another tab brings a newer version of the app: do not stand in its way.
    connection.onversionchange = () => connection.close();
  }

  /** Throws StorageError where the browser keeps nothing. */
  static async open(name = "wasm-runtime", factory: IDBFactory = indexedDB): Promise<Database> {
    try {
      const request = factory.open(name, VERSION);
      request.onupgradeneeded = ({ oldVersion }) => {
        const connection = request.result;
        connection.createObjectStore("blobs", { keyPath: "sha256" });
        if (oldVersion > 0) return;
        connection.createObjectStore("notebooks", { keyPath: "id" });
        connection
          .createObjectStore("updates", { autoIncrement: true })
          .createIndex("notebook_id", "notebook_id");
        connection.createObjectStore("files", { keyPath: ["notebook_id", "path"] });
        connection.createObjectStore("bodies", { keyPath: ["notebook_id", "path"] });
      };
      return new Database(await settled(request), true);
    } catch (error) {
      throw asStorageError(error);
    }
  }

  /** For browsers that forbid storage: everything works until the page closes. */
  static inMemory(): Database {
    return new Database(new MemoryConnection() as unknown as IDBDatabase, false);
  }

  close(): void {
    this.#connection.close();
  }

  read<Result>(
    stores: StoreName[],
    act: (transaction: IDBTransaction) => IDBRequest<Result>,
  ): Promise<Result> {
    return this.#transact(stores, "readonly", act);
  }

  /** Resolves when the data is durable as far as the browser says: at the end of the transaction. */
  async write(stores: StoreName[], act: (transaction: IDBTransaction) => void): Promise<void> {
    await this.#transact<undefined>(stores, "readwrite", act as (transaction: IDBTransaction) => undefined);
  }

  #transact<Result>(
    stores: StoreName[],
    mode: IDBTransactionMode,
    act: (transaction: IDBTransaction) => IDBRequest<Result> | undefined,
  ): Promise<Result> {
    return new Promise((resolve, reject) => {
      try {
        const transaction = this.#connection.transaction(stores, mode);
        const request = act(transaction);
        transaction.oncomplete = () => resolve(request?.result as Result);
        transaction.onabort = () => reject(asStorageError(transaction.error));
      } catch (error) {
        reject(asStorageError(error));
      }
    });
  }
}

function settled<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function asStorageError(error: unknown): StorageError {
  // A transaction without an error was aborted by us: there is no notebook any more to write to.
  if (error === null) {
    const message =
      "This notebook is no longer kept in this browser: it was deleted, here or in another tab.";
    return new StorageError(
      { level: "error", message, hint: "Download it to keep it.", topic: "storage" },
      error,
    );
  }
  const name = error instanceof Error ? error.name : "";
  if (name === "QuotaExceededError") {
    const hint =
      "Delete notebooks or files you no longer need, or free space on this device; download what you want to keep.";
    return new StorageError(
      {
        level: "error",
        message: "This browser has no room left for this app's data.",
        hint,
        topic: "storage",
      },
      error,
    );
  }
  const hint =
    "The browser may be in private mode or forbid storage for this site. Download the notebook to keep it.";
  const words = error instanceof Error && error.message !== "" ? error.message : "the browser gave no reason";
  return new StorageError(
    { level: "error", message: `This browser could not store data: ${words}.`, hint, topic: "storage" },
    error,
  );
}

/** A notebook's working folder, kept in this browser: given to each fresh kernel, and told what the kernel changes. */
import type { FileChanged } from "../contracts/generated.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { type Database, StorageError } from "./database.ts";
import { filesOf } from "./library.ts";
import { writeZip, type ZipEntry } from "./zip-writer.ts";

export interface FolderFile {
  /** Below the working folder, parts separated by "/". */
  path: string;
  size: number;
  /** Milliseconds since 1970. */
  modified: number;
}

type StoredFile = FolderFile & { notebook_id: string };
type StoredBody = { notebook_id: string; path: string; body: Uint8Array };

/** Fires "change" when the list changed; "failed" (detail StorageError) when a kernel's file could not be kept. */
export class WorkingFolder extends EventTarget {
  readonly #database: Database;
  readonly #notebookId: string;
  readonly #now: () => number;
  /** Writes go one after the other, so that the newest wins. */
  #last: Promise<void> = Promise.resolve();

  constructor(database: Database, notebookId: string, now: () => number = Date.now) {
    super();
    this.#database = database;
    this.#notebookId = notebookId;
    this.#now = now;
  }

  async list(): Promise<FolderFile[]> {
    const files = await this.#database.read<StoredFile[]>(["files"], (transaction) =>
      transaction.objectStore("files").getAll(filesOf(this.#notebookId)),
    );
    return files.map(({ path, size, modified }) => ({ path, size, modified }));
  }

  /** null when there is no such file. */
  async read(path: string): Promise<Uint8Array | null> {
    const file = await this.#database.read<StoredBody | undefined>(["bodies"], (transaction) =>
      transaction.objectStore("bodies").get([this.#notebookId, path]),
    );
    return file?.body ?? null;
  }

  /** Keeps a file and, when a kernel runs, gives it to the kernel. Throws StorageError when there is no room. */
  async upload(
    path: string,
    body: Uint8Array,
    kernel: Pick<Kernel, "state" | "writeFile"> | null = null,
  ): Promise<void> {
    const clean = cleanPath(path);
    await this.#put(clean, body);
    if (kernel !== null && isUp(kernel)) await kernel.writeFile(clean, body);
  }

  /** Deletes a file, or a folder with all that is in it. */
  async delete(path: string, kernel: Pick<Kernel, "state" | "removeFile"> | null = null): Promise<void> {
    await this.#remove(path);
    if (kernel !== null && isUp(kernel)) await kernel.removeFile(path);
  }

  async rename(
    from: string,
    to: string,
    kernel: Pick<Kernel, "state" | "writeFile" | "removeFile"> | null = null,
  ): Promise<void> {
    const body = await this.read(from);
    if (body === null || cleanPath(to) === from) return;
    await this.upload(to, body, kernel);
    await this.delete(from, kernel);
  }

  /** The whole folder as one zip file. */
  async zip(): Promise<Uint8Array<ArrayBuffer>> {
    const entries: ZipEntry[] = [];
    for (const { path, modified } of await this.list()) {
      entries.push({ path, body: (await this.read(path)) ?? new Uint8Array(), modified: new Date(modified) });
    }
    return writeZip(entries);
  }

  /** Writes all files into a kernel that has just started, one at a time to hold no two in memory. */
  async restoreInto(kernel: Pick<Kernel, "writeFile">): Promise<void> {
    await this.#last;
    for (const { path } of await this.list()) {
      const body = await this.read(path);
      if (body !== null) await kernel.writeFile(path, body);
    }
  }

  /** What the kernel says of its files. */
  async take({ path, body }: Pick<FileChanged, "path" | "body">): Promise<void> {
    try {
      await (body === null ? this.#remove(path) : this.#put(cleanPath(path), body));
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      this.dispatchEvent(new CustomEvent("failed", { detail: error }));
    }
  }

  #put(path: string, body: Uint8Array): Promise<void> {
    const key = { notebook_id: this.#notebookId, path };
    const file: StoredFile = { ...key, size: body.byteLength, modified: this.#now() };
    return this.#write((files, bodies) => {
      files.put(file);
      bodies.put({ ...key, body } satisfies StoredBody);
    });
  }

  #remove(path: string): Promise<void> {
    return this.#write((...stores) => {
      for (const store of stores) {
        store.delete([this.#notebookId, path]);
        store.delete(IDBKeyRange.bound([this.#notebookId, `${path}/`], [this.#notebookId, `${path}/\uffff`]));
      }
    });
  }

  #write(act: (files: IDBObjectStore, bodies: IDBObjectStore) => void): Promise<void> {
    const written = this.#last.then(() =>
      this.#database.write(["files", "bodies"], (transaction) => {
        act(transaction.objectStore("files"), transaction.objectStore("bodies"));
      }),
    );
    // One that failed does not hold up the next; its own caller hears of it.
    this.#last = written.catch(() => undefined);
    return written.then(() => void this.dispatchEvent(new Event("change")));
  }
}

function isUp(kernel: Pick<Kernel, "state">): boolean {
  return kernel.state.kind === "idle" || kernel.state.kind === "busy";
}

/** Without "." and "..", so that no name leads out of the folder. */
export function cleanPath(path: string): string {
  const parts = path.replaceAll("\\", "/").split("/");
  return parts.filter((part) => part !== "" && part !== "." && part !== "..").join("/") || "file";
}

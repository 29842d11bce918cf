/** Deletes the blobs that no notebook of this browser refers to any more. */
import type { Database } from "./database.ts";
import type { NotebookEntry } from "./library.ts";

/** One transaction: a blob is stored together with the change that refers to it, so none falls between. */
export function sweepBlobs(database: Database): Promise<void> {
  return database.write(["notebooks", "blobs"], (transaction) => {
    const blobs = transaction.objectStore("blobs");
    const stored = blobs.getAllKeys();
    const notebooks = transaction.objectStore("notebooks").getAll();
    notebooks.onsuccess = () => {
      const entries = notebooks.result as NotebookEntry[];
      const used = new Set(entries.flatMap((entry) => entry.blobs ?? []));
      for (const key of stored.result) if (!used.has(String(key))) blobs.delete(key);
    };
  });
}

/** The browser's database of notebooks, or one that lasts as long as the page. */
import { Database, StorageError } from "../session/database.ts";
import type { Notice } from "../session/notice.ts";

/** Where the browser forbids storage, everything works for as long as the page is open. */
export async function openDatabase(): Promise<{ database: Database; failure: Notice | null }> {
  try {
    return { database: await Database.open(), failure: null };
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    const hint = "Download a notebook to keep it. Private windows and blocked site data cause this.";
    const failure: Notice = { level: "warning", message: "This browser keeps nothing for this page.", hint };
    return { database: Database.inMemory(), failure };
  }
}

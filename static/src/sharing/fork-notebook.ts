/** The server has another document under this id: both are kept, and the person is told. */
import type { NotebookPage } from "../elements/notebook-page.ts";
import { StorageError } from "../session/database.ts";
import { epochIn, keepBoth } from "../session/fork.ts";
import { fetchState } from "./room-requests.ts";
import type { SharingParts } from "./shared-notebook.ts";

/**
 * Shows the server's document; the own one is in the list. Where it is the own one after all, put there
 * by somebody who gave the room another epoch, nothing is done; whether something was.
 * Throws OpenError and StorageError.
 */
export async function forkNotebook(
  page: NotebookPage,
  { library, base, show }: SharingParts,
): Promise<boolean> {
  const { open, notify, onError } = page.parts;
  const { stored, id } = open;
  const other = await fetchState(base, id);
  if (!other || epochIn(other) === stored.notebook.epoch) return false;
  await stored.flush().catch((error: unknown) => {
    // Another tab was here before: what this one has is added to the copy.
    if (!(error instanceof StorageError)) throw error;
  });
  stored.forget();
  let copyId = "";
  await show(async () => {
    copyId = await keepBoth(library.database, { id, own: stored.notebook.doc, other });
    await library.copyFiles(id, copyId);
    return library.open(id);
  });
  const title = stored.notebook.title || "Untitled";
  notify(
    {
      level: "warning",
      message: `The server has another notebook at this address. Yours is kept as a copy, “${title}”.`,
      hint: "Both are in your list of notebooks. This is the server's.",
      topic: "fork",
    },
    {
      words: "Open my copy",
      act: () => {
        show(() => library.open(copyId)).catch(onError);
      },
    },
  );
  return true;
}

/** Signing out of a shared notebook: what is only in this browser stays, unless it is safe elsewhere and to go. */
import type { NotebookPage } from "../elements/notebook-page.ts";
import type { NotebookLibrary } from "../session/library.ts";
import type { RelayBlobs } from "../session/notebook-blobs.ts";
import type { RoomClient } from "../sync/room-client.ts";
import { AccessError } from "./access-requests.ts";
import type { OwnAccess } from "./own-access.ts";
import { askToSignOut } from "./sign-out-dialog.ts";

export interface SigningOutParts {
  page: NotebookPage;
  library: NotebookLibrary;
  client: Pick<RoomClient, "isSaved" | "waiting">;
  blobs: RelayBlobs;
  access: OwnAccess;
  signIn(): void;
}

export async function signOut({
  page,
  library,
  client,
  blobs,
  access,
  signIn,
}: SigningOutParts): Promise<void> {
  const { open, notify, leave } = page.parts;
  const { session, id, stored, folder } = open;
  if (!access.session) return;
  const files = (await folder.list()).length;
  const choice = await askToSignOut(access.session, onlyHere(client, files));
  if (!choice) return;
  // What was edited while the dialog was open keeps the notebook here.
  const removes = choice.removes && client.isSaved;
  try {
    if (removes) await session.blobs.handOver(stored.notebook, blobs);
    await access.signOut(choice.everywhere);
  } catch (error) {
    if (!(error instanceof AccessError)) throw error;
    return notify({ level: "error", message: `You are still signed in. ${error.message}`, hint: error.hint });
  }
  if (!removes) {
    const hint = "The notebook is kept in this browser. What you write waits here until you sign in.";
    return notify(
      { level: "info", message: "You are signed out.", hint, topic: "room" },
      { words: "Sign in", act: signIn },
    );
  }
  stored.forget();
  await library.delete(id);
  leave.home();
  const message = "You are signed out, and the notebook is not in this browser any more.";
  notify({ level: "info", message, hint: "It stays on the server.", topic: "room" });
}

function onlyHere({ isSaved, waiting }: Pick<RoomClient, "isSaved" | "waiting">, files: number): string {
  if (!isSaved) {
    const changes = waiting === 1 ? "1 change of it is" : `${waiting || "Some"} changes of it are`;
    return `${changes} not on the server yet, so it stays here.`;
  }
  if (files === 0) return "";
  const words = files === 1 ? "1 file of its folder is" : `${files} files of its folder are`;
  return `${words} only in this browser, so it stays here.`;
}

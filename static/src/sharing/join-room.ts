/** Opening a room's address: the notebook is fetched once, and kept in this browser from then on. */
import * as Y from "yjs";
import { NotebookDocument } from "../document/notebook.ts";
import type { NotebookLibrary } from "../session/library.ts";
import { OpenError } from "../session/open.ts";
import type { StoredNotebook } from "../session/stored-notebook.ts";
import { AccessError, AccessRequests } from "./access-requests.ts";
import { askToSignIn, comeInByLink, takeLinkToken } from "./access-sign-in.ts";
import { fetchState } from "./room-requests.ts";

/** Throws OpenError and NotebookFormatError. */
export async function joinRoom(
  id: string,
  { library, base }: { library: NotebookLibrary; base: URL },
): Promise<StoredNotebook> {
  const requests = new AccessRequests(base);
  const token = takeLinkToken();
  if (token) await asOpening(() => comeInByLink(requests, token));
  const entry = await library.entry(id);
  if (entry?.isShared) return library.open(id);
  const state = await fetchState(base, id, async () => {
    const session = await asOpening(() =>
      askToSignIn(requests, "This notebook is shared with people who sign in."),
    );
    return session !== null;
  });
  if (entry) {
    // An address alone does not share a notebook that is private.
    if (state) await library.change(id, (known) => ({ ...known, isShared: true }));
    return library.open(id);
  }
  if (!state) {
    throw new OpenError(
      "There is no shared notebook at this address.",
      "Ask the person who sent it to open the notebook once, so that it reaches the server.",
    );
  }
  const doc = new Y.Doc();
  Y.applyUpdate(doc, state);
  const stored = await library.create(new NotebookDocument(doc));
  await library.change(id, (known) => ({ ...known, isShared: true }));
  stored.isShared = true;
  return stored;
}

/** A refusal in the words of what opens notebooks. */
async function asOpening<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof AccessError)) throw error;
    throw new OpenError(error.message, error.hint, error);
  }
}

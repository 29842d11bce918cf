/** What is asked of a room by HTTP: the document's state, and to go on from what can be read of it. */
import { decode } from "../contracts/codec.ts";
import { LAST_GOOD_STATE, ROOMS_PATH, RoomStatus } from "../contracts/generated.ts";
import { OpenError } from "../session/open.ts";

/**
 * The document as one Yjs update; null when the relay has none. Who is not signed in is asked to be, once:
 * `signIn` resolves to whether they are. Throws OpenError.
 */
export async function fetchState(
  base: URL,
  documentId: string,
  signIn?: () => Promise<boolean>,
): Promise<Uint8Array | null> {
  const response = await ask(base, documentId, { part: LAST_GOOD_STATE, signIn });
  return response.status === 404 ? null : new Uint8Array(await response.arrayBuffer());
}

/** The name that the room knows its document by; null when there is none. Throws OpenError. */
export async function fetchEpoch(base: URL, documentId: string): Promise<string | null> {
  const response = await ask(base, documentId, {});
  return response.status === 404 ? null : decode(await response.json(), RoomStatus).epoch;
}

/** Lets a damaged document go on from its last good state. Throws OpenError. */
export async function goOnFromLastGoodState(base: URL, documentId: string): Promise<void> {
  await ask(base, documentId, { part: LAST_GOOD_STATE, method: "POST" });
}

interface Asked {
  /** Below the room; its status when there is none. */
  part?: string;
  method?: "GET" | "POST";
  signIn?: () => Promise<boolean>;
}

async function ask(
  base: URL,
  documentId: string,
  { part, method = "GET", signIn }: Asked,
): Promise<Response> {
  const room = `${ROOMS_PATH}/${encodeURIComponent(documentId)}`;
  const address = new URL(part ? `${room}/${part}` : room, base);
  let response: Response;
  try {
    response = await fetch(address, { method, cache: "no-store" });
  } catch (error) {
    throw new OpenError(
      "The server of this shared notebook cannot be reached.",
      "Check the connection and open the address again.",
      error,
    );
  }
  if (response.ok || (response.status === 404 && method === "GET")) return response;
  if (response.status === 401 && signIn && (await signIn())) return ask(base, documentId, { part, method });
  if (response.status === 401 || response.status === 403) {
    throw new OpenError(
      "You may not open this notebook.",
      "Ask the person who sent you the address for access.",
    );
  }
  throw new OpenError(
    `The server could not give this notebook: HTTP ${response.status}.`,
    "Try again in a moment.",
  );
}

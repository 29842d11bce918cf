/** Who the person at this page is: the relay says so, and without a connection it is who it was. */
import { decode } from "../contracts/codec.ts";
import { SESSION_PATH, Session, type User } from "../contracts/generated.ts";
import { isUser } from "../document/comments.ts";
import type { TextStorage } from "../session/settings.ts";

const KEY = "wasm-runtime:relay-user";

/** Whom the relay named last; null when it never did. */
export function lastUser(storage: TextStorage | null): User | null {
  try {
    const stored: unknown = JSON.parse(storage?.getItem(KEY) ?? "null");
    return isUser(stored) ? stored : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Asks the relay at `base`; null when it does not answer, or nobody is signed in. */
export async function fetchUser(base: URL, storage: TextStorage | null): Promise<User | null> {
  let response: Response;
  try {
    response = await fetch(new URL(SESSION_PATH, base), { cache: "no-store" });
  } catch (error) {
    // No connection: the room's own state says so.
    if (error instanceof TypeError) return null;
    throw error;
  }
  if (!response.ok) return null;
  const { user } = decode(await response.json(), Session);
  if (user) storage?.setItem(KEY, JSON.stringify(user));
  return user ?? null;
}

/** Whom the relay named as the person at this page: without a connection it is who it was. */
import type { User } from "../contracts/generated.ts";
import { isUser } from "../document/comments.ts";
import type { TextStorage } from "../session/settings.ts";

const KEY = "wasm-runtime:relay-user";

/** null when it never named anybody, or they have signed out. */
export function lastUser(storage: TextStorage | null): User | null {
  try {
    const stored: unknown = JSON.parse(storage?.getItem(KEY) ?? "null");
    return isUser(stored) ? stored : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

export function rememberUser(storage: TextStorage | null, user: User | null): void {
  storage?.setItem(KEY, JSON.stringify(user));
}

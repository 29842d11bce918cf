/** Who the person is as long as no relay says otherwise: one id for this browser. */
import type { User } from "../contracts/generated.ts";
import type { TextStorage } from "./settings.ts";

const KEY = "wasm-runtime:user";

export function ownUser(storage: TextStorage | null): User {
  const id = storage?.getItem(KEY) ?? crypto.randomUUID();
  storage?.setItem(KEY, id);
  return { id, name: "You", color: "#4f6bd8" };
}

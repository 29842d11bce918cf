/** The people in a room, read from what their clients tell: anything may stand in it. */
import type { AwarenessState, Cursor, Runtime, User } from "../contracts/generated.ts";
import { isUser } from "../document/comments.ts";
import { isJsonObject, type Json } from "../document/json.ts";

export interface Person {
  user: User;
  /** Of one of their clients. */
  clientId: number;
  /** The cell that is selected there. */
  cellId: string | null;
  isTyping: boolean;
}

/** null for a state that names nobody; a client of another maker may say only a name. */
export function readState(state: unknown): AwarenessState | null {
  if (!isJsonObject(state)) return null;
  const { user, runtime, cell_id, cursor } = state;
  if (!isUser(user)) return null;
  return {
    user,
    runtime: isRuntime(runtime) ? runtime : null,
    cell_id: typeof cell_id === "string" ? cell_id : null,
    cursor: isCursor(cursor) ? cursor : null,
  };
}

/** Everybody but this client, one entry for each person, the typing ones first seen first. */
export function peopleOf(states: ReadonlyMap<number, unknown>, own: number): Person[] {
  const people = new Map<string, Person>();
  for (const [clientId, raw] of states) {
    const state = clientId === own ? null : readState(raw);
    if (!state) continue;
    const { user, cell_id: cellId = null, cursor } = state;
    const known = people.get(user.id);
    if (known?.isTyping || (known && !cursor)) continue;
    people.set(user.id, { user, clientId, cellId, isTyping: Boolean(cursor) });
  }
  return [...people.values()];
}

export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0]!, words.at(-1)!] : [words[0] ?? "?"];
  return letters.map((word) => [...word][0]!.toUpperCase()).join("");
}

function isCursor(value: unknown): value is Cursor {
  return (
    isJsonObject(value) &&
    typeof value["cell_id"] === "string" &&
    isPlace(value["anchor"]) &&
    isPlace(value["head"])
  );
}

/** A relative position as Yjs writes it; others make it throw. */
function isPlace(value: Json | undefined): boolean {
  if (!isJsonObject(value)) return false;
  const isId = (id: Json | undefined) =>
    id === undefined ||
    id === null ||
    (isJsonObject(id) && Number.isInteger(id["client"]) && Number.isInteger(id["clock"]));
  const { type, item, tname, assoc } = value;
  const isName = tname === undefined || tname === null || typeof tname === "string";
  const isSide = assoc === undefined || Number.isInteger(assoc);
  return isId(type) && isId(item) && isName && isSide && Boolean(type ?? item ?? tname);
}

function isRuntime(value: unknown): value is Runtime {
  return (
    isJsonObject(value) && ["id", "kind", "user_id", "name"].every((key) => typeof value[key] === "string")
  );
}

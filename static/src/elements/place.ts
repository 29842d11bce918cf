/** What the page's address asks for. */
export type Place =
  | { kind: "start" }
  | { kind: "home" }
  | { kind: "new" }
  | { kind: "notebook"; id: string }
  | { kind: "room"; id: string }
  | { kind: "url"; url: string }
  | { kind: "example"; path: string };

/** The hash is where the page is; the query is what it was opened with. */
export function placeOf({ search, hash }: Pick<Location, "search" | "hash">): Place {
  if (hash === "#home") return { kind: "home" };
  const id = new URLSearchParams(hash.slice(1)).get("notebook");
  if (id) return { kind: "notebook", id };
  const query = new URLSearchParams(search);
  const room = query.get("room");
  if (room) return { kind: "room", id: room };
  const url = query.get("url");
  if (url) return { kind: "url", url };
  const path = query.get("example");
  if (path) return { kind: "example", path };
  return query.has("new") ? { kind: "new" } : { kind: "start" };
}

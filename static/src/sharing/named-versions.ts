/** Names that people gave to points of a notebook's history; they live in the document itself. */
import { ROOT_VERSIONS, type User, type Version } from "../contracts/generated.ts";
import { isJsonObject } from "../document/json.ts";
import { type NotebookDocument, ORIGIN } from "../document/notebook.ts";

/** The oldest first; what a peer wrote that is none is left out. */
export function namedVersions(notebook: NotebookDocument): Version[] {
  return [...notebook.doc.getMap(ROOT_VERSIONS).values()]
    .filter(isVersion)
    .sort((one, other) => one.sequence - other.sequence);
}

export function nameVersion(notebook: NotebookDocument, name: string, sequence: number, author: User): void {
  const version: Version = { name, sequence, created_at: Date.now() / 1000, author };
  // Undo of cells does not take a name away.
  notebook.transact(() => notebook.doc.getMap(ROOT_VERSIONS).set(crypto.randomUUID(), version), ORIGIN.run);
}

function isVersion(value: unknown): value is Version {
  return isJsonObject(value) && typeof value["name"] === "string" && typeof value["sequence"] === "number";
}

/** Brings a document of an older schema to this one, step by step; a newer one is refused, never guessed at. */
import * as Y from "yjs";
import { ROOT_CELLS, ROOT_EXECUTION_COUNTS, ROOT_META, SCHEMA_VERSION } from "../contracts/generated.ts";
import { NotebookFormatError } from "./format-error.ts";
import { ORIGIN } from "./origin.ts";

/** `steps[n]` makes version n + 1 out of version n. */
export type MigrationSteps = Readonly<Record<number, (doc: Y.Doc) => void>>;

export const MIGRATIONS: MigrationSteps = { 1: countsBesideOutputs };

/** Throws NotebookFormatError when the document is newer than this page, or older than any step. */
export function migrate(
  doc: Y.Doc,
  steps: MigrationSteps = MIGRATIONS,
  current: number = SCHEMA_VERSION,
): void {
  const meta = doc.getMap(ROOT_META);
  const version = meta.get("schema_version");
  if (typeof version !== "number" || !Number.isInteger(version)) {
    throw new NotebookFormatError(
      "This document has no schema version.",
      "It is empty or damaged; import the notebook's file again.",
    );
  }
  if (version > current) {
    throw new NotebookFormatError(
      `This notebook was written by a newer version of the app (document version ${version}, this page knows ${current}).`,
      "Reload the page to get the newest version.",
    );
  }
  doc.transact(() => {
    for (let from = version; from < current; from++) {
      const step = steps[from];
      if (step === undefined) {
        throw new NotebookFormatError(
          `No way is known from document version ${from} to ${from + 1}.`,
          "Import the notebook's file again.",
        );
      }
      step(doc);
      meta.set("schema_version", from + 1);
    }
  }, ORIGIN.migration);
}

/** 1 to 2: the execution counts leave the cells. Two peers that do it at once write the same. */
function countsBesideOutputs(doc: Y.Doc): void {
  const counts = doc.getMap(ROOT_EXECUTION_COUNTS);
  for (const [id, fields] of doc.getMap(ROOT_CELLS).entries()) {
    if (!(fields instanceof Y.Map)) continue;
    const count = fields.get("execution_count");
    if (typeof count === "number") counts.set(id, count);
    fields.delete("execution_count");
  }
}

/** Two documents under one id: the own one is kept under an id of its own, and gives its place to the other. */
import * as Y from "yjs";
import { ROOT_META } from "../contracts/generated.ts";
import { NotebookDocument } from "../document/notebook.ts";
import type { Database } from "./database.ts";
import type { NotebookEntry } from "./library.ts";

export interface Fork {
  /** Under whose id both are. */
  id: string;
  /** The document as this page has it, which another tab may not have stored. */
  own: Y.Doc;
  /** The other document, as one update. */
  other: Uint8Array;
}

/** The id of the own document from now on: its epoch, so that all tabs that have it choose the same. */
export async function keepBoth(database: Database, { id, own, other }: Fork): Promise<string> {
  const ownEpoch = epochOf(own);
  const there = new NotebookDocument(documentOf([other]));
  await database.write(["notebooks", "updates"], (transaction) => {
    const notebooks = transaction.objectStore("notebooks");
    const updates = transaction.objectStore("updates");
    const values = updates.index("notebook_id").getAll(id);
    const keys = updates.index("notebook_id").getAllKeys(id);
    const entry = notebooks.get(id);
    const copy = notebooks.get(ownEpoch);
    copy.onsuccess = () => {
      const before = entry.result as NotebookEntry;
      const isReplaced = before.epoch === there.epoch;
      const stored = isReplaced
        ? []
        : (values.result as { update: Uint8Array }[]).map(({ update }) => update);
      const kept = documentOf([...stored, Y.encodeStateAsUpdate(own)]);
      const { title } = new NotebookDocument(kept);
      kept.getMap(ROOT_META).set("document_id", ownEpoch);
      const update = Y.encodeStateAsUpdate(kept);
      updates.add({ notebook_id: ownEpoch, update });
      const facts = { title, epoch: ownEpoch, size: update.byteLength, isShared: false, waiting: 0 };
      notebooks.put({ ...before, ...copy.result, ...facts, id: ownEpoch } satisfies NotebookEntry);
      if (isReplaced) return;
      for (const key of keys.result) updates.delete(key);
      updates.add({ notebook_id: id, update: other });
      const theirs = { title: there.title, epoch: there.epoch, size: other.byteLength, waiting: 0 };
      notebooks.put({ ...before, ...theirs } satisfies NotebookEntry);
    };
  });
  return ownEpoch;
}

/** The epoch that a document's state names. */
export function epochIn(state: Uint8Array): string {
  return epochOf(documentOf([state]));
}

function epochOf(doc: Y.Doc): string {
  return String(doc.getMap(ROOT_META).get("epoch"));
}

function documentOf(updates: readonly Uint8Array[]): Y.Doc {
  const doc = new Y.Doc();
  for (const update of updates) Y.applyUpdate(doc, update);
  return doc;
}

/** Writes who last changed a cell's source, when that is somebody else than before. */
import * as Y from "yjs";
import { CELL_EDITED_BY } from "../contracts/generated.ts";
import { ORIGIN } from "./origin.ts";

/** What is no person's work on a source. */
const OF_NOBODY: readonly unknown[] = [ORIGIN.seed, ORIGIN.run, ORIGIN.migration, ORIGIN.attribution];

export function attribute(
  { local, origin, changed, doc }: Y.Transaction,
  cells: Y.Map<unknown>,
  userId: string,
): void {
  if (!local || OF_NOBODY.includes(origin)) return;
  const edited = new Set<Y.Map<unknown>>();
  const note = (fields: unknown): void => {
    if (fields instanceof Y.Map && fields.get(CELL_EDITED_BY) !== userId) edited.add(fields);
  };
  // A cell that comes back by undo is still its author's.
  const noteNew = (fields: unknown): void => {
    if (fields instanceof Y.Map && !fields.has(CELL_EDITED_BY)) edited.add(fields);
  };
  for (const [type, keys] of changed) {
    if (type instanceof Y.Text && (type.parent as Y.Map<unknown> | null)?.parent === cells) note(type.parent);
    if ((type as unknown) === cells) for (const id of keys) noteNew(cells.get(id ?? ""));
  }
  if (edited.size === 0) return;
  doc.transact(() => {
    for (const fields of edited) fields.set(CELL_EDITED_BY, userId);
  }, ORIGIN.attribution);
}

/** Undo of what one person did to cells and metadata: never of what another did, and not without end. */
import * as Y from "yjs";
import { ORIGIN } from "./origin.ts";

/** Each step keeps what it deleted in memory. */
const MAX_STEPS = 200;

type Step = Y.UndoManager["undoStack"][number];

export function undoOf(roots: Y.Map<unknown>[]): Y.UndoManager {
  const steps: Step[] = [];
  const undo = new Y.UndoManager(roots, {
    trackedOrigins: new Set([ORIGIN.structure]),
    captureTimeout: 0,
    // To undo an insertion is to delete: not with what another person has written in there since.
    deleteFilter: (item) => {
      const step = steps.find(({ insertions }) => Y.isDeleted(insertions, item.id));
      return !holdsWorkOfOthers(outermost(item, step).content, item.id.client);
    },
  });
  undo.on("stack-item-added", ({ stackItem }) => {
    steps.push(stackItem);
    if (steps.length > 2 * MAX_STEPS) steps.shift();
    for (const stack of [undo.undoStack, undo.redoStack]) if (stack.length > MAX_STEPS) stack.shift();
  });
  return undo;
}

/** What the step inserted whole, with `item` somewhere in it. */
function outermost(item: Y.Item, step: Step | undefined): Y.Item {
  const around = (item.parent as Y.AbstractType<unknown> | null)?._item;
  if (!around || !step || !Y.isDeleted(step.insertions, around.id)) return item;
  return outermost(around, step);
}

function holdsWorkOfOthers(content: Y.Item["content"], client: number): boolean {
  if (!(content instanceof Y.ContentType)) return false;
  const { _start: first, _map: map } = content.type;
  for (let item = first; item !== null; item = item.right) if (isOfOthers(item, client)) return true;
  return [...map.values()].some((item) => isOfOthers(item, client));
}

function isOfOthers(item: Y.Item, client: number): boolean {
  return !item.deleted && (item.id.client !== client || holdsWorkOfOthers(item.content, client));
}

/** Which cells are selected: one active cell, and a range from an anchor to it, as pure values. */

export interface Selection {
  readonly activeId: string | null;
  readonly anchorId: string | null;
}

export const NOTHING_SELECTED: Selection = { activeId: null, anchorId: null };

export function selectOnly(id: string | null): Selection {
  return { activeId: id, anchorId: id };
}

/** Selects the range from the anchor to `id`. */
export function extendTo(selection: Selection, id: string): Selection {
  return { activeId: id, anchorId: selection.anchorId ?? id };
}

/** The neighbour of the active cell, the same cell at an end. */
export function neighbour(order: readonly string[], selection: Selection, step: 1 | -1): string | null {
  const index = order.indexOf(selection.activeId ?? "");
  if (index < 0) return order[0] ?? null;
  return order[Math.min(Math.max(index + step, 0), order.length - 1)]!;
}

/** The ids of the range, in the order of the notebook. */
export function selectedIds(order: readonly string[], selection: Selection): string[] {
  const active = order.indexOf(selection.activeId ?? "");
  if (active < 0) return [];
  const anchor = order.indexOf(selection.anchorId ?? "");
  const from = anchor < 0 ? active : anchor;
  return order.slice(Math.min(from, active), Math.max(from, active) + 1);
}

/** The selection once `order` became `next`: kept where it can be, else the cell that took the place. */
export function afterChange(
  selection: Selection,
  order: readonly string[],
  next: readonly string[],
): Selection {
  if (selection.activeId !== null && next.includes(selection.activeId)) {
    return next.includes(selection.anchorId ?? "") ? selection : selectOnly(selection.activeId);
  }
  const remaining = new Set(next);
  const place = order.indexOf(selection.activeId ?? "");
  const after = order.slice(place + 1).find((id) => remaining.has(id));
  return selectOnly(place < 0 ? (next[0] ?? null) : (after ?? next.at(-1) ?? null));
}

/** Keeps cell elements in the order of the notebook, moving what is there instead of making it anew. */

type MovingParent = Omit<HTMLElement, "moveBefore"> & {
  moveBefore?(node: Node, before: Node | null): void;
};

/** Makes the children of `parent` those of `ids`; what is gone is removed, what is new is created. */
export function arrange<Item extends HTMLElement>(
  parent: HTMLElement,
  items: Map<string, Item>,
  ids: readonly string[],
  create: (id: string) => Item,
): void {
  const wanted = new Set(ids);
  for (const [id, item] of items) {
    if (wanted.has(id)) continue;
    item.remove();
    items.delete(id);
  }
  let next = parent.firstElementChild;
  for (const id of ids) {
    const item = items.get(id);
    if (item && item === next) next = next.nextElementSibling;
    else if (item) move(parent, item, next);
    else {
      const created = create(id);
      items.set(id, created);
      parent.insertBefore(created, next);
    }
  }
}

/** moveBefore keeps focus and frames alive; browsers without it reload frames. */
function move(parent: MovingParent, item: HTMLElement, before: Element | null): void {
  if (parent.moveBefore && item.isConnected) parent.moveBefore(item, before);
  else parent.insertBefore(item, before);
}

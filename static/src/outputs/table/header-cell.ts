/** A column's header: name and type, the order, a button for its filter and profile, an edge to drag. */
import type { TableColumn, TableSort } from "../../contracts/generated.ts";
import { isNumeric } from "./cell-text.ts";
import { button, element } from "./elements.ts";
import { filterIcon } from "./filter-icon.ts";

export interface HeaderState {
  column: TableColumn;
  index: number;
  sort: TableSort | undefined;
  /** Its place among several columns that are sorted by, from 1; 0 when it is the only one. */
  sortPlace: number;
  isFiltered: boolean;
}

export interface HeaderActions {
  sort(column: number, isAdded: boolean): void;
  open(column: number): void;
  resize(column: number, width: number): void;
}

const KEYS =
  "Enter sorts, with Shift in addition. F2 opens filter and profile. Alt with left or right resizes.";

export function headerCell(state: HeaderState, width: number, actions: HeaderActions): HTMLElement {
  const { column, index, sort, sortPlace, isFiltered } = state;
  const name = column.name || "(no name)";
  const label = element(
    "span",
    { class: "head-label" },
    element("span", { class: "head-name" }, name),
    element("span", { class: "head-type" }, column.type),
  );
  const cell = element(
    "div",
    {
      class: isNumeric(column.kind) ? "cell head number" : "cell head",
      role: "columnheader",
      "aria-colindex": index + 2,
      "aria-sort": sort ? (sort.descending ? "descending" : "ascending") : "none",
      "aria-label": `${name}, ${column.type}${isFiltered ? ", filtered" : ""}`,
      "aria-description": KEYS,
      title: `${name} (${column.type}). Click to sort, with Shift in addition.`,
    },
    label,
  );
  if (sort) {
    const sign = `${sort.descending ? "↓" : "↑"}${sortPlace > 0 ? sortPlace : ""}`;
    cell.append(element("span", { class: "head-sort" }, sign));
  }
  const more = button("", () => actions.open(index), {
    class: "head-more",
    tabindex: -1,
    "aria-label": `Filter and profile of ${name}`,
    "aria-pressed": String(isFiltered),
    title: "Filter and profile",
  });
  more.append(filterIcon());
  cell.append(more, edge(index, width, actions));
  cell.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest(".head-more, .head-edge")) return;
    actions.sort(index, event.shiftKey);
  });
  return cell;
}

/** Follows the pointer until it is let go, wherever that is. */
function edge(index: number, width: number, actions: HeaderActions): HTMLElement {
  const handle = element("span", { class: "head-edge", "aria-hidden": "true" });
  handle.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    event.stopPropagation();
    const scope = new AbortController();
    const { signal } = scope;
    const move = (to: PointerEvent) => actions.resize(index, width + to.clientX - event.clientX);
    window.addEventListener("pointermove", move, { signal });
    for (const end of ["pointerup", "pointercancel"] as const)
      window.addEventListener(end, () => scope.abort(), { signal });
  });
  return handle;
}

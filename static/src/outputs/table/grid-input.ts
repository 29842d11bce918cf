/** What pointer and keys do in a grid: move, choose, open, sort, resize, copy. */
import { at, type CellRange, moved, type Place, within } from "./cell-range.ts";
import { type Grid, placeOf } from "./grid.ts";

export interface GridCommands {
  /** The whole of a cell's text. */
  openCell(place: Place): void;
  openColumn(column: number): void;
  sort(column: number, isAdded: boolean): void;
  copy(): void;
}

const RESIZE_STEP = 16;

export function listenToGrid(grid: Grid, rows: () => number, commands: GridCommands): void {
  grid.element.addEventListener("keydown", (event) => {
    if (event.target !== grid.element) return;
    if (press(event)) {
      event.preventDefault();
      event.stopPropagation();
    } else if (isCharacter(event)) {
      // A letter means something to the notebook: inserting or removing cells, which nobody wants from here.
      event.stopPropagation();
    }
  });
  grid.element.addEventListener("pointerdown", (event) => point(event));
  grid.element.addEventListener("pointermove", (event) => {
    if (event.buttons === 1 && event.pointerType === "mouse") drag(event);
  });
  grid.element.addEventListener("dblclick", (event) => {
    const place = placeOf(event.target);
    if (place && place.row >= 0) commands.openCell(place);
  });

  function press(event: KeyboardEvent): boolean {
    const { key, shiftKey } = event;
    const isWhole = event.ctrlKey || event.metaKey;
    const { active } = grid.selection;
    if (event.altKey) return active.row < 0 && resize(key, active.column);
    if (isWhole && key.toLowerCase() === "c") return done(commands.copy);
    if (isWhole && key.toLowerCase() === "a") return done(chooseAll);
    if (key === "Enter" && active.row < 0) return done(() => commands.sort(active.column, shiftKey));
    if (key === "Enter" && !shiftKey && !isWhole) return done(() => commands.openCell(active));
    if (key === "F2") return done(() => commands.openColumn(active.column));
    const size = { rows: rows(), columns: grid.columns, pageRows: grid.range.pageRows };
    const to = moved(active, key, isWhole, size);
    if (!to) return false;
    choose(to, shiftKey && to.row >= 0 && grid.selection.anchor.row >= 0);
    grid.reveal(to);
    return true;
  }

  function resize(key: string, column: number): boolean {
    if (key !== "ArrowLeft" && key !== "ArrowRight") return false;
    const step = key === "ArrowRight" ? RESIZE_STEP : -RESIZE_STEP;
    grid.resizeColumn(column, grid.widthOf(column) + step);
    return true;
  }

  function chooseAll(): void {
    if (rows() === 0) return;
    const last = { row: rows() - 1, column: grid.columns - 1 };
    grid.select({ anchor: { row: 0, column: 0 }, active: last, isRows: true });
  }

  function choose(place: Place, isExtended: boolean, isRows = false): void {
    const { anchor } = grid.selection;
    grid.select(
      isExtended
        ? { anchor, active: place, isRows: isRows || grid.selection.isRows }
        : { ...at(place), isRows },
    );
  }

  function point(event: PointerEvent): void {
    const place = placeOf(event.target);
    if (!place || event.button !== 0) return;
    const isNumber = event.target instanceof Element && event.target.closest(".row-number") !== null;
    choose(place, event.shiftKey && place.row >= 0, isNumber);
    // The browser would choose the text between the two places instead.
    if (event.shiftKey) event.preventDefault();
    grid.element.focus({ preventScroll: true });
  }

  function drag(event: PointerEvent): void {
    const place = placeOf(event.target);
    const { selection } = grid;
    if (!place || place.row < 0 || selection.anchor.row < 0) return;
    const isSame = place.row === selection.active.row && place.column === selection.active.column;
    if (!isSame) grid.select({ ...selection, active: place });
  }
}

/** The selection, moved to where rows still are. */
export function keptWithin(selection: CellRange, rows: number, columns: number): CellRange {
  const size = { rows, columns, pageRows: 1 };
  return { ...selection, anchor: within(selection.anchor, size), active: within(selection.active, size) };
}

function isCharacter({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  return key.length === 1 && !ctrlKey && !metaKey && !altKey;
}

function done(act: () => void): true {
  act();
  return true;
}

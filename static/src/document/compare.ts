/** What differs between two states of a notebook, cell by cell. */
import type { Cell, CellType, NotebookDocument } from "./notebook.ts";

/** What is compared of a notebook. */
export type Cells = Pick<NotebookDocument, "cells" | "cell">;

/** Before its first point a notebook had no cells. */
export const NOTHING: Cells = { cells: () => [], cell: () => undefined };

export interface CellSide {
  readonly type: CellType;
  readonly source: string;
}

export interface CellDifference {
  readonly id: string;
  /** Its place among the cells of `after`, from 1; null: the cell is gone. */
  readonly position: number | null;
  /** null: the cell was not there yet. */
  readonly before: CellSide | null;
  /** null: the cell is gone. */
  readonly after: CellSide | null;
  /** It stands elsewhere among the cells that both states have. */
  readonly moved: boolean;
  /** Both states have the cell, and it shows something else. */
  readonly hasOtherOutputs: boolean;
}

/** The cells of both states as `after` has them; one that is gone stands where it stood. */
export function compareNotebooks(before: Cells, after: Cells): CellDifference[] {
  const cells = after.cells();
  const indexAfter = new Map(cells.map(({ id }, index) => [id, index]));
  const common = before.cells().filter(({ id }) => indexAfter.has(id));
  const staying = longestRising(common.map(({ id }) => indexAfter.get(id) as number));
  const differences = cells.map((cell, index): CellDifference => {
    const earlier = before.cell(cell.id);
    const moved = earlier !== undefined && !staying.has(index);
    const hasOtherOutputs = earlier !== undefined && shown(earlier) !== shown(cell);
    const position = index + 1;
    return { id: cell.id, position, before: side(earlier), after: side(cell), moved, hasOtherOutputs };
  });
  let place = 0;
  for (const cell of before.cells()) {
    const index = indexAfter.get(cell.id);
    if (index === undefined) {
      const gone = { position: null, after: null, moved: false, hasOtherOutputs: false };
      differences.splice(place, 0, { id: cell.id, before: side(cell), ...gone });
      place += 1;
    } else if (staying.has(index)) {
      place = differences.findIndex(({ id }) => id === cell.id) + 1;
    }
  }
  return differences;
}

/** In what people write; its outputs may differ. */
export function isUnchanged({ before, after, moved }: CellDifference): boolean {
  return !moved && before?.source === after?.source && before?.type === after?.type;
}

/** What a cell shows, without what each run counts anew. */
function shown({ type, outputs }: Cell): string {
  const passing = ["execution_count", "transient"];
  return type === "code"
    ? JSON.stringify(outputs, (key, value) => (passing.includes(key) ? undefined : value))
    : "";
}

function side(cell: Cell | undefined): CellSide | null {
  return cell === undefined ? null : { type: cell.type, source: cell.source };
}

/** The members of one longest rising subsequence (patience sorting): what need not move. */
function longestRising(numbers: readonly number[]): Set<number> {
  const tails: number[] = [];
  const previous = new Map<number, number | undefined>();
  for (const number of numbers) {
    let pile = tails.findIndex((tail) => tail > number);
    if (pile < 0) pile = tails.length;
    previous.set(number, tails[pile - 1]);
    tails[pile] = number;
  }
  const members = new Set<number>();
  for (let number = tails.at(-1); number !== undefined; number = previous.get(number)) members.add(number);
  return members;
}

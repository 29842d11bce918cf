/** Which cells of a grid are chosen, and where keys move to; pure arithmetic on rows and columns. */

/** `row` -1 is the header. */
export interface Place {
  row: number;
  column: number;
}

export interface CellRange {
  /** Where the choosing began. */
  anchor: Place;
  /** Where it came to: the active cell. */
  active: Place;
  /** The rows as a whole. */
  isRows: boolean;
}

export interface GridSize {
  rows: number;
  columns: number;
  /** Rows that a page key moves by. */
  pageRows: number;
}

export const at = (place: Place): CellRange => ({ anchor: place, active: place, isRows: false });

export function bounds({ anchor, active, isRows }: CellRange, columns: number) {
  return {
    firstRow: Math.min(anchor.row, active.row),
    lastRow: Math.max(anchor.row, active.row),
    firstColumn: isRows ? 0 : Math.min(anchor.column, active.column),
    lastColumn: isRows ? columns - 1 : Math.max(anchor.column, active.column),
  };
}

export function holds(range: CellRange, { row, column }: Place, columns: number): boolean {
  const { firstRow, lastRow, firstColumn, lastColumn } = bounds(range, columns);
  return row >= firstRow && row <= lastRow && column >= firstColumn && column <= lastColumn;
}

/** Where a key moves the active cell; null for keys that move nothing. */
export function moved({ row, column }: Place, key: string, isWhole: boolean, size: GridSize): Place | null {
  const [lastRow, lastColumn] = [size.rows - 1, size.columns - 1];
  const to: Record<string, Place> = {
    ArrowUp: { row: isWhole ? Math.min(row, 0) : row - 1, column },
    ArrowDown: { row: isWhole ? lastRow : row + 1, column },
    ArrowLeft: { row, column: isWhole ? 0 : column - 1 },
    ArrowRight: { row, column: isWhole ? lastColumn : column + 1 },
    Home: { row: isWhole ? 0 : row, column: 0 },
    End: { row: isWhole ? lastRow : row, column: lastColumn },
    PageUp: { row: Math.max(row - size.pageRows, Math.min(row, 0)), column },
    PageDown: { row: row + size.pageRows, column },
  };
  const place = to[key];
  return place ? within(place, size) : null;
}

/** The nearest place that the grid has. */
export function within({ row, column }: Place, { rows, columns }: GridSize): Place {
  return {
    row: Math.max(-1, Math.min(row, rows - 1)),
    column: Math.max(0, Math.min(column, columns - 1)),
  };
}

/** Where a grid of many rows is scrolled to, when the rows are taller together than a browser lets an element be. */

/** Firefox stops at 17.8 million pixels, Chromium and Safari at 33.5 million. */
const MAX_HEIGHT = 10_000_000;

/**
 * The scroll bar's range is shorter than the rows. Small movements of it are taken as they are, so that a wheel
 * moves row by row; large ones in proportion, so that the bar's end is the last row.
 */
export class ScrollRange {
  #rows = 0;
  #viewport = 0;
  #top = 0;
  #lastScrollTop = 0;
  readonly rowHeight: number;

  constructor(rowHeight: number) {
    this.rowHeight = rowHeight;
  }

  resize(rows: number, viewport: number): void {
    this.#rows = rows;
    this.#viewport = viewport;
    this.#top = this.#within(this.#top);
  }

  /** Pixels that the element needs for its scroll bar. */
  get height(): number {
    return Math.min(this.#rows * this.rowHeight, MAX_HEIGHT);
  }

  /** Pixels of rows above the viewport. */
  get top(): number {
    return this.#top;
  }

  /** Where the scroll bar belongs for what is shown. */
  get scrollTop(): number {
    return this.#end === 0 ? 0 : (this.#top / this.#end) * this.#scrollEnd;
  }

  get firstRow(): number {
    return Math.floor(this.#top / this.rowHeight);
  }

  /** Also the one that is shown in part. */
  get lastRow(): number {
    return Math.min(this.#rows - 1, Math.ceil((this.#top + this.#viewport) / this.rowHeight) - 1);
  }

  /** Rows that fit whole. */
  get pageRows(): number {
    return Math.max(1, Math.floor(this.#viewport / this.rowHeight));
  }

  /** The person scrolled. */
  scrolled(scrollTop: number): void {
    const moved = scrollTop - this.#lastScrollTop;
    this.#lastScrollTop = scrollTop;
    const isAtEdge = scrollTop <= 0 || scrollTop >= this.#scrollEnd - 1;
    const isSmall = Math.abs(moved) < this.#viewport;
    const isScaled = this.#end > this.#scrollEnd;
    if (isScaled && isSmall && !isAtEdge) this.#top = this.#within(this.#top + moved);
    else this.#top = this.#within(this.#scrollEnd === 0 ? 0 : (scrollTop / this.#scrollEnd) * this.#end);
  }

  /** The scroll bar was put to `scrollTop` to fit what is shown already. */
  placed(scrollTop: number): void {
    this.#lastScrollTop = scrollTop;
  }

  /** Shows a row whole, moving as little as that takes. */
  reveal(row: number): void {
    const top = row * this.rowHeight;
    if (top < this.#top) this.#top = top;
    else if (top + this.rowHeight > this.#top + this.#viewport)
      this.#top = this.#within(top + this.rowHeight - this.#viewport);
  }

  get #end(): number {
    return Math.max(0, this.#rows * this.rowHeight - this.#viewport);
  }

  get #scrollEnd(): number {
    return Math.max(0, this.height - this.#viewport);
  }

  #within(top: number): number {
    return Math.max(0, Math.min(top, this.#end));
  }
}

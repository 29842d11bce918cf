/** Timers that go off when a test says so. */
export class FakeClock {
  #waiting: { due: number; act: () => void }[] = [];
  now = 0;

  readonly after = (milliseconds: number, act: () => void): (() => void) => {
    const timer = { due: this.now + milliseconds, act };
    this.#waiting.push(timer);
    return () => {
      this.#waiting = this.#waiting.filter((each) => each !== timer);
    };
  };

  /** Milliseconds until the next timer; null when there is none. */
  get next(): number | null {
    return this.#waiting.length === 0 ? null : Math.min(...this.#waiting.map(({ due }) => due)) - this.now;
  }

  advance(milliseconds: number): void {
    const end = this.now + milliseconds;
    for (;;) {
      const timer = this.#waiting.filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0];
      if (!timer) break;
      this.#waiting = this.#waiting.filter((each) => each !== timer);
      this.now = timer.due;
      timer.act();
    }
    this.now = end;
  }
}

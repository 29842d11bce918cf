/** How long each step of a start took, in seconds. */

export class Stopwatch {
  readonly seconds: Record<string, number> = {};
  private readonly startedAt = performance.now();
  private lastLap = this.startedAt;

  /** The time since the last lap was spent on `step`. */
  lap(step: string): void {
    const now = performance.now();
    this.add(step, now - this.lastLap);
    this.lastLap = now;
  }

  /** Time work that runs beside the laps. */
  async measure<T>(step: string, work: () => T | Promise<T>): Promise<T> {
    const from = performance.now();
    try {
      return await work();
    } finally {
      this.add(step, performance.now() - from);
    }
  }

  total(): void {
    this.add("total", performance.now() - this.startedAt);
  }

  private add(step: string, milliseconds: number): void {
    this.seconds[step] = Math.round((this.seconds[step] ?? 0) * 1000 + milliseconds) / 1000;
  }
}

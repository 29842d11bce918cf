/** Let a value through at most once in a while. */

export function throttled<T>(milliseconds: number, work: (value: T) => void): (value: T) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (value) => {
    const now = performance.now();
    if (now - last < milliseconds) return;
    last = now;
    work(value);
  };
}

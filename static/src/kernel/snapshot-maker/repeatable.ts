/** Chance and clocks that give the same each time, so that the same inputs make the same snapshot. */

/** 2026-01-01; any time in the past will do, since a restored kernel asks its own clocks. */
const START_MILLISECONDS = 1_767_225_600_000;
const TICK_MILLISECONDS = 1 / 64;

/**
 * Replace this process's sources of chance and time. What a heap remembers of them must be drawn anew after a
 * restore whatever it was, for all kernels restored from one heap would share it.
 */
export function makeRepeatable(): void {
  const draw = generator(START_MILLISECONDS);
  Math.random = () => draw() / 2 ** 32;
  crypto.getRandomValues = (array) => {
    if (!array) return array;
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    for (let i = 0; i < bytes.length; i++) bytes[i] = draw() >>> 24;
    return array;
  };
  let elapsed = 0;
  const tick = () => {
    elapsed += TICK_MILLISECONDS;
    return elapsed;
  };
  const now = () => Math.floor(START_MILLISECONDS + tick());
  performance.now = tick;
  globalThis.Date = new Proxy(Date, {
    construct: (target, given, newTarget) =>
      Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget) as Date,
    apply: (target) => new target(now()).toString(),
    get: (target, name) => (name === "now" ? now : Reflect.get(target, name)),
  });
}

/** Numbers below 2**32: mulberry32. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

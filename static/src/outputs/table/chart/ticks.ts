/** Where an axis has its marks, and what stands at them. */

export interface Tick {
  at: number;
  words: string;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MONTH = 30.4 * DAY;
const YEAR = 365.25 * DAY;
const TIME_STEPS = [
  1,
  10,
  100,
  SECOND,
  5 * SECOND,
  15 * SECOND,
  MINUTE,
  5 * MINUTE,
  15 * MINUTE,
  HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  7 * DAY,
  14 * DAY,
];
const MONTH_STEPS = [1, 2, 3, 6];
const MAX_TICKS = 50;

/** Round numbers from at most `least` to at least `most`, about `wished` of them. */
export function numberTicks(least: number, most: number, wished: number): Tick[] {
  const step = niceStep((most - least) / Math.max(1, wished));
  const first = Math.ceil(least / step - 1e-9);
  const ticks: Tick[] = [];
  for (let index = first; index * step <= most + step * 1e-9 && ticks.length < MAX_TICKS; index++) {
    const at = Number((index * step).toPrecision(12));
    ticks.push({ at, words: numberWords(at) });
  }
  return ticks;
}

/** A step of 1, 2 or 5 times a power of ten; 1 for a range of nothing. */
export function niceStep(rough: number): number {
  if (!(rough > 0) || !Number.isFinite(rough)) return 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = rough / power;
  return (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10) * power;
}

/** Times are milliseconds of UTC, as everywhere in this table. */
export function timeTicks(least: number, most: number, wished: number): Tick[] {
  const rough = (most - least) / Math.max(1, wished);
  if (rough > 14 * DAY) return calendarTicks(least, most, rough);
  const step = TIME_STEPS.find((each) => each >= rough) ?? 14 * DAY;
  const ticks: Tick[] = [];
  for (let at = Math.ceil(least / step) * step; at <= most && ticks.length < MAX_TICKS; at += step) {
    ticks.push({ at, words: timeWords(at, step) });
  }
  return ticks;
}

function calendarTicks(least: number, most: number, rough: number): Tick[] {
  const months =
    rough > 6 * MONTH
      ? 12 * niceStep(Math.max(1, rough / YEAR))
      : MONTH_STEPS.find((n) => n * MONTH >= rough)!;
  const start = new Date(least);
  const ticks: Tick[] = [];
  const from = Math.ceil((start.getUTCFullYear() * 12 + start.getUTCMonth()) / months) * months;
  for (let month = from; ticks.length < MAX_TICKS; month += months) {
    const date = new Date(0);
    date.setUTCFullYear(Math.floor(month / 12), month % 12, 1);
    const at = date.getTime();
    if (!(at <= most)) break;
    if (at < least) continue;
    ticks.push({ at, words: date.toISOString().slice(0, months % 12 === 0 ? 4 : 7) });
  }
  return ticks;
}

function timeWords(at: number, step: number): string {
  const iso = new Date(at).toISOString();
  if (step >= DAY) return iso.slice(5, 10);
  if (step >= MINUTE) return at % DAY === 0 ? iso.slice(5, 10) : iso.slice(11, 16);
  return step >= SECOND ? iso.slice(11, 19) : iso.slice(17, 23);
}

/** 1,500 as "1.5k": short enough for an axis. */
export function numberWords(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e15 || (size > 0 && size < 1e-4)) return value.toExponential(1);
  return value.toLocaleString("en", {
    notation: size >= 10_000 ? "compact" : "standard",
    maximumFractionDigits: 6,
  });
}

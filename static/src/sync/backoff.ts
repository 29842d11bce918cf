/** How long to wait before the next attempt: twice as long each time, with half of it by chance. */
const FIRST_MILLISECONDS = 500;
const LAST_MILLISECONDS = 20_000;

/** `attempt` counts from 0, `chance` is from 0 to 1: a hundred clients of a restarted relay do not come at once. */
export function backoffMilliseconds(attempt: number, chance: number): number {
  const longest = Math.min(FIRST_MILLISECONDS * 2 ** attempt, LAST_MILLISECONDS);
  return longest / 2 + (longest / 2) * chance;
}

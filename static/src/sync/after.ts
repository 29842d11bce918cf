/** Timers as something to give to those who wait, so that a test can let the time pass. */

/** Calls `act` later; what it returns calls that off. */
export type After = (milliseconds: number, act: () => void) => () => void;

export const after: After = (milliseconds, act) => {
  const timer = setTimeout(act, milliseconds);
  return () => clearTimeout(timer);
};

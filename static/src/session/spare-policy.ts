/** Whether a spare kernel may wait in the background: it makes the next start quick, and takes memory. */
import type { SpareKernel } from "../kernel/spare-kernel.ts";

/** "automatic": on devices that tell of enough memory. */
export type SpareChoice = "automatic" | "always" | "never";

export interface SpareCircumstances {
  choice: SpareChoice;
  /** What the browser tells of the device, rounded; undefined where it does not tell. */
  memoryGigabytes: number | undefined;
  /** Whether the environment's files are known to be in this browser, so that a spare downloads nothing. */
  isKept: boolean;
  isVisible: boolean;
}

/** A kernel with pandas takes about half a gigabyte, and the browser has more to hold than this page. */
const LEAST_GIGABYTES = 8;

export function mayKeepSpare({ choice, memoryGigabytes, isKept, isVisible }: SpareCircumstances): boolean {
  if (choice === "never" || !isKept || !isVisible) return false;
  return choice === "always" || (memoryGigabytes !== undefined && memoryGigabytes >= LEAST_GIGABYTES);
}

/** A page that has been out of sight for so long gives its spare's memory back. */
const HIDDEN_MILLISECONDS = 60_000;

/** Ends and remakes the spare as the page goes out of sight and as the person chooses; `settings` fires "change". */
export function tendSpare(
  spare: Pick<SpareKernel, "release" | "resume" | "renew">,
  settings: EventTarget & { readonly current: { spareKernel: SpareChoice } },
): void {
  let hidden: ReturnType<typeof setTimeout> | undefined;
  settings.addEventListener("change", () => {
    if (settings.current.spareKernel === "never") spare.release();
    else spare.resume();
  });
  document.addEventListener("visibilitychange", () => {
    clearTimeout(hidden);
    if (document.hidden) hidden = setTimeout(() => spare.release(), HIDDEN_MILLISECONDS);
    else spare.resume();
  });
  // Whoever has built an environment anew comes back to the page to use it. A failure shows at the next start.
  window.addEventListener("focus", () => spare.renew().catch(console.warn));
}

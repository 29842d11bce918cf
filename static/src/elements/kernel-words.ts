/** The kernel's state in words: what it does now, how far it is, and how urgent that is. */
import type { Runtime } from "../contracts/generated.ts";
import type { KernelState, StartupProgress } from "../kernel/kernel.ts";
import { readableSize } from "./duration.ts";

export interface KernelWords {
  short: string;
  detail: string;
  /** Part done, 0 to 1; null when it cannot be known. */
  done: number | null;
  tone: "off" | "working" | "ready" | "busy" | "failed";
}

export const START_STEPS: readonly { step: StartupProgress["step"]; words: string }[] = [
  { step: "environment", words: "Look up the environment" },
  { step: "download", words: "Load Python and its packages" },
  { step: "runtime", words: "Start the runtime" },
  { step: "packages", words: "Mount the packages" },
  { step: "restore", words: "Restore the prepared memory" },
  { step: "python", words: "Start Python" },
  { step: "imports", words: "Import what is used often" },
];
const SAVE_STEP = { step: "save", words: "Save the prepared memory" } as const;

export function kernelWords(state: KernelState): KernelWords {
  switch (state.kind) {
    case "off":
      return { short: "Not started", detail: "Python starts when you run a cell.", done: null, tone: "off" };
    case "starting": {
      const { detail, done } = progressWords(state.progress);
      return { short: "Starting", detail, done, tone: "working" };
    }
    case "idle":
      return { short: "Ready", detail: "Python is ready.", done: null, tone: "ready" };
    case "busy":
      return { short: "Running", detail: "A cell is running.", done: null, tone: "busy" };
    case "failed":
      return { short: "Stopped", detail: state.error.message, done: null, tone: "failed" };
  }
}

/** A notebook whose cells another runtime runs. */
export function elsewhereWords({ name }: Runtime, isBusy: boolean): KernelWords {
  const where = name || "another tab";
  return {
    short: `In ${where}`,
    detail: `Cells run in ${where}, with the variables there. When they run here, they have this page's variables.`,
    done: null,
    tone: isBusy ? "busy" : "ready",
  };
}

export function progressWords({ step, detail, doneBytes, totalBytes }: StartupProgress): {
  detail: string;
  done: number | null;
} {
  const words = [...START_STEPS, SAVE_STEP].find((known) => known.step === step)?.words ?? step;
  if (step !== "download") return { detail: detail ? `${words}: ${detail}` : words, done: null };
  if (!totalBytes) return { detail: `${words}: ${readableSize(doneBytes)}`, done: null };
  const sizes = `${readableSize(doneBytes)} of ${readableSize(totalBytes)}`;
  return { detail: `${words}: ${sizes}`, done: Math.min(1, doneBytes / totalBytes) };
}

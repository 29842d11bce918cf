/** How a kernel's failures are put to the page and to the runs they cost. */
import type { ErrorBody, RunError } from "../contracts/generated.ts";
import { KernelError } from "./kernel.ts";

export function asErrorBody(cause: unknown): ErrorBody {
  if (cause instanceof KernelError) return cause.body;
  console.error(cause);
  const message = cause instanceof Error ? cause.message : String(cause);
  return { code: "kernel_start_failed", message, hint: "Start the kernel again." };
}

/** It is gone, and nothing can be done about this one. */
export function diedBecause(message: string): ErrorBody {
  return { code: "kernel_died", message, hint: "" };
}

export function diedBody(reason: string): ErrorBody {
  return {
    code: "kernel_died",
    message: `The kernel died: ${reason}`,
    hint: "Restart it; its variables are gone.",
  };
}

export function diedError(message: string): Omit<RunError, "kind" | "run_id"> {
  return { ename: "KernelDied", evalue: message, traceback: [message] };
}

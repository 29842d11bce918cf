/** The page's connection to one kernel worker, wherever that runs: messages both ways, Stop, and an end. */
import type { PageToWorker } from "../contracts/generated.ts";

export interface KernelLink {
  /** Whether the worker shares memory with its frame, so that Stop reaches it while it computes. */
  readonly isolated: boolean;
  post(message: PageToWorker, transfer?: Transferable[]): void;
  /** The worker will ask for all of this kept file: it may be read and proved meanwhile. */
  prove(sha256: string, file: Blob): void;
  /** Asks the running cell to stop. */
  interrupt(): void;
  /** Ends the worker at once. */
  close(): void;
}

export interface LinkListener {
  /** What the worker sent, not yet decoded. */
  onMessage(message: unknown): void;
  /** The worker broke; nothing more comes from it. */
  onFailure(reason: string): void;
}

/** Starts a worker that has loaded nothing yet. Rejects with KernelError; `signal` gives up. */
export type OpenKernelLink = (listener: LinkListener, signal: AbortSignal) => Promise<KernelLink>;

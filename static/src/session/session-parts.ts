/** What a session is made of, and what it tells. */
import type { Runtime } from "../contracts/generated.ts";
import type { NotebookDocument } from "../document/notebook.ts";
import type { Presence } from "../document/presence.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { NetworkAsk, NetworkGate } from "./network-gate.ts";
import type { NotebookBlobs } from "./notebook-blobs.ts";
import type { Notice } from "./notice.ts";
import type { Schedule } from "./run-outputs.ts";

export interface PendingInput {
  cellId: string;
  inputId: string;
  prompt: string;
  password: boolean;
}

/** "not_kept": this browser forbids storage, so the notebook lasts as long as the page. */
export type SaveState = "saved" | "saving" | "failed" | "not_kept";

/** Where the document is kept; fires "save" when `saveState` changed. */
export interface SaveStatus extends EventTarget {
  readonly saveState: SaveState;
  /** Why saving failed, and what to do; null unless it did. */
  readonly saveFailure: Notice | null;
}

/** The files that a fresh kernel gets before its first run; fires "failed" (detail StorageError). */
export interface KernelFiles extends Pick<EventTarget, "addEventListener"> {
  restoreInto(kernel: Pick<Kernel, "writeFile">): Promise<void>;
}

export interface SessionParts {
  notebook: NotebookDocument;
  kernel: Kernel;
  network: NetworkGate;
  save: SaveStatus;
  files: KernelFiles;
  /** Where the large values of outputs are. */
  blobs: NotebookBlobs;
  /** Who else has the document open. */
  presence: Presence;
  /** This page's kernel, as the document and the others know it. */
  runtime: Runtime;
  schedule?: Schedule;
  /** Seconds since 1970. */
  now?: () => number;
}

export interface SessionEvents {
  /** The run state of these cells changed (positions in the queue included). */
  run: { cellIds: readonly string[] };
  kernel: null;
  input: PendingInput | null;
  save: SaveState;
  network: readonly NetworkAsk[];
  notice: Notice;
  /** A cell had these packages installed: names and versions, as a list in words. */
  installed: string;
}

/** The few messages that cross the kernel frame's window; everything else goes over the port it passes on. */
import type { Answer } from "../mailbox.ts";

import type { WaitingRead } from "./waiting-read.ts";

export const FRAME_PROTOCOL = "wasm-runtime-kernel-frame";

/** The end of the address of a frame that the page holds from its beginning: it says "hello" when it is greeted. */
export const WAITS_FOR_GREETING = "#wait";

export type PageToFrame =
  | { protocol: typeof FRAME_PROTOCOL; kind: "greet" }
  | { protocol: typeof FRAME_PROTOCOL; kind: "interrupt" }
  | { protocol: typeof FRAME_PROTOCOL; kind: "answer"; answer: Answer }
  /** A file that the worker gets too; it may be asleep and wait for it. Null: it cannot be had. */
  | { protocol: typeof FRAME_PROTOCOL; kind: "file"; sha256: string; file: Blob | null }
  /** The worker will ask for all of this file: it is read and proved meanwhile. */
  | { protocol: typeof FRAME_PROTOCOL; kind: "prove"; sha256: string; file: Blob };

/** "hello" brings the worker's port. `takesAnswers`: a waiting worker cannot read its port, so answers go to the frame, which shares memory with it. */
export type FrameToPage =
  | { protocol: typeof FRAME_PROTOCOL; kind: "hello"; isolated: boolean; takesAnswers: boolean }
  | { protocol: typeof FRAME_PROTOCOL; kind: "worker_failed"; message: string };

/** `connect` carries what the worker is born with; shared memory cannot leave the frame's agent cluster. */
export type FrameToWorker =
  | {
      kind: "connect";
      port: MessagePort;
      control: SharedArrayBuffer | null;
      mailbox: SharedArrayBuffer | null;
    }
  | { kind: "interrupt" }
  | { kind: "mail" }
  /** The answer to "prove_file": the file's bytes, or null when they are not what the hash says. */
  | { kind: "file_proved"; sha256: string; bytes: Uint8Array | null };

/** Mail taken, reads of files that may still be on their way, and hashing, which its worker cannot do. */
export type WorkerToFrame =
  | { kind: "mailbox_emptied" }
  | ({ kind: "read_file" } & WaitingRead)
  | { kind: "expect_file"; sha256: string }
  | { kind: "prove_file"; sha256: string; file: Blob };

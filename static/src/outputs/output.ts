/** The outputs of a cell as nbformat has them, and what rendering one needs from around it. */
import type { Json } from "../contracts/codec.ts";
import type { CloseComm, CommMessage, OpenComm } from "../contracts/generated.ts";
import type { FrameFactory } from "./frames.ts";

export type { Json };
export type MimeBundle = Record<string, Json>;

export type StreamOutput = { output_type: "stream"; name: "stdout" | "stderr"; text: string };
export type ErrorOutput = { output_type: "error"; ename: string; evalue: string; traceback: string[] };
export type DataOutput = {
  output_type: "display_data" | "execute_result";
  data: MimeBundle;
  metadata: Record<string, Json>;
};
export type Output = StreamOutput | DataOutput | ErrorOutput;

export type CommEvent = OpenComm | CommMessage | CloseComm;

/** The slice of the kernel that widgets talk over. */
export interface CommChannel {
  onComm(listener: (event: CommEvent) => void, signal?: AbortSignal): void;
  sendComm(event: CommEvent): void;
  /** What the kernel does now. */
  readonly state?: { kind: string };
  /** What the kernel does now, by name: one that is off or starting anew has forgotten every comm. */
  onState?(listener: (state: { kind: string }) => void, signal?: AbortSignal): void;
}

/** Fills `host` with `source` in colours; the editor's, so that code looks the same everywhere. */
export type CodeHighlighter = (host: HTMLElement, source: string, language: string) => void;

/** Gives the values that a bundle only refers to. */
export interface BlobReader {
  /** null when they must be fetched first. */
  now(data: MimeBundle): MimeBundle | null;
  whole(data: MimeBundle): Promise<MimeBundle>;
}

export interface OutputContext {
  executionCount?: number | null;
  comm?: CommChannel;
  /** False for outputs that came with an opened notebook: their scripts wait for a click. */
  trusted: boolean;
  frames: FrameFactory;
  blobs?: BlobReader;
  highlight?: CodeHighlighter;
  /** Aborted when the output is gone: object URLs are released and frames closed. */
  signal?: AbortSignal;
}

/** What a reference to a cell in a traceback asks for: bubbles as the event `jump`. */
export interface JumpDetail {
  /** The execution count of the cell meant, as in `In [3]`. */
  cellHint: number;
  line: number;
}

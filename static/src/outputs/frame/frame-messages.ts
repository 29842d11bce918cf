/** What crosses the window of an output frame, and the check of it on both sides. */

export const FRAME_PROTOCOL = "wasm-runtime-output-frame";

/** Nested deeper or longer than this, no honest output writes. */
const MAX_TEXT = 4_000;
const MAX_HEIGHT = 100_000;

export type FrameContent =
  | { type: "html"; html: string; library?: string }
  | { type: "javascript"; source: string }
  | { type: "plotly"; spec: unknown; library: string }
  | { type: "vega"; spec: unknown; library: string }
  | { type: "anywidget"; module: string; css: string; state: Record<string, unknown> };

export interface FrameTheme {
  scheme: "light" | "dark";
  /** The page's custom properties by name. */
  variables: Record<string, string>;
}

export type PageToFrame =
  | { kind: "show"; content: FrameContent; theme: FrameTheme; title: string }
  | { kind: "theme"; theme: FrameTheme }
  | { kind: "model"; change: ModelChange };

/** A widget's state as one side changed it, or a message of its own. */
export type ModelChange =
  | { what: "state"; state: Record<string, unknown> }
  | { what: "custom"; content: unknown; buffers: ArrayBuffer[] };

export type FrameToPage =
  | { kind: "hello" }
  | { kind: "size"; height: number }
  | { kind: "failed"; message: string }
  | { kind: "model"; change: ModelChange };

/** `data` as a message of the protocol; null for anything else. */
export function readFromFrame(data: unknown): FrameToPage | null {
  if (!isRecord(data) || data["protocol"] !== FRAME_PROTOCOL) return null;
  switch (data["kind"]) {
    case "hello":
      return { kind: "hello" };
    case "size": {
      const height = data["height"];
      return typeof height === "number" && height >= 0 && height <= MAX_HEIGHT
        ? { kind: "size", height }
        : null;
    }
    case "failed":
      return { kind: "failed", message: String(data["message"]).slice(0, MAX_TEXT) };
    case "model": {
      const change = readModelChange(data["change"]);
      return change && { kind: "model", change };
    }
    default:
      return null;
  }
}

export function readFromPage(data: unknown): PageToFrame | null {
  if (!isRecord(data) || data["protocol"] !== FRAME_PROTOCOL) return null;
  const isKnown = data["kind"] === "show" || data["kind"] === "theme" || data["kind"] === "model";
  return isKnown ? (data as unknown as PageToFrame) : null;
}

function readModelChange(value: unknown): ModelChange | null {
  if (!isRecord(value)) return null;
  if (value["what"] === "state" && isRecord(value["state"]))
    return { what: "state", state: { ...value["state"] } };
  const buffers = value["buffers"];
  if (value["what"] !== "custom" || !Array.isArray(buffers)) return null;
  if (!buffers.every((buffer) => buffer instanceof ArrayBuffer)) return null;
  return { what: "custom", content: value["content"], buffers };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

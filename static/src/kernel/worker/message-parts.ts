/** Splits a message into JSON text and its binary fields, as Python takes and gives them. */
import type { PageToWorker, ProvideAsset, WorkerToPage } from "../../contracts/generated.ts";

export interface MessageParts {
  json: string;
  buffers: Uint8Array[];
}

/** Files of the environment never reach Python as messages. */
export type MessageToPython = Exclude<PageToWorker, ProvideAsset>;

/** `body` becomes the only buffer; a comm's `buffers` become all of them. */
export function splitMessage(message: MessageToPython): MessageParts {
  if ("buffers" in message && message.buffers) {
    const { buffers, ...rest } = message;
    return { json: JSON.stringify(rest), buffers };
  }
  if ("body" in message) {
    const { body, ...rest } = message;
    return { json: JSON.stringify(rest), buffers: [body] };
  }
  return { json: JSON.stringify(message), buffers: [] };
}

const WITH_BODY = new Set(["file_changed", "file_read"]);
const WITH_BUFFERS = new Set(["comm_open", "comm_msg"]);

/** The opposite; whether the message is a good one is for the page to decide. */
export function joinMessage({ json, buffers }: MessageParts): WorkerToPage {
  const message = JSON.parse(json) as Record<string, unknown> & { kind: string };
  if (WITH_BODY.has(message.kind)) message["body"] = buffers[0] ?? null;
  if (WITH_BUFFERS.has(message.kind)) message["buffers"] = buffers;
  return message as unknown as WorkerToPage;
}

/** What may be moved instead of copied when the message is posted. */
export function transferables(buffers: readonly Uint8Array[]): Transferable[] {
  return [...new Set(buffers.map((buffer) => buffer.buffer))].filter((b) => b instanceof ArrayBuffer);
}

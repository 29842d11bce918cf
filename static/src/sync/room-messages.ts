/** y-protocols' messages, one in each frame: 0 is sync, 1 is awareness. */
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { type Awareness, applyAwarenessUpdate, encodeAwarenessUpdate } from "y-protocols/awareness";
import {
  messageYjsSyncStep1,
  messageYjsSyncStep2,
  messageYjsUpdate,
  readUpdate,
  writeSyncStep1,
} from "y-protocols/sync";
import * as Y from "yjs";
import { UPDATE_PART_BYTES } from "../contracts/generated.ts";
import { split } from "./splitting.ts";

const SYNC = 0;
const AWARENESS = 1;

/** The relay's receipt: an update that changes nothing. */
const RECEIPT = "0,2,2,0,0";

export function isReceipt(frame: Uint8Array): boolean {
  return frame.length === 5 && frame.join() === RECEIPT;
}

/** Asks for what this document lacks. */
export function stateRequest(doc: Y.Doc): Uint8Array<ArrayBuffer> {
  return message(SYNC, (encoder) => writeSyncStep1(encoder, doc));
}

/** A change; several messages, each building on those before it, where it is large. */
export function updateMessages(update: Uint8Array): Uint8Array<ArrayBuffer>[] {
  return split(update, UPDATE_PART_BYTES).map((part) => syncMessage(messageYjsUpdate, part));
}

/** All that somebody with this state vector lacks; the last message is sync step 2. */
export function answerMessages(doc: Y.Doc, stateVector: Uint8Array): Uint8Array<ArrayBuffer>[] {
  const parts = split(Y.encodeStateAsUpdate(doc, stateVector), UPDATE_PART_BYTES);
  const last = parts.pop()!;
  return [
    ...parts.map((part) => syncMessage(messageYjsUpdate, part)),
    syncMessage(messageYjsSyncStep2, last),
  ];
}

export function awarenessMessage(awareness: Awareness, clients: number[]): Uint8Array<ArrayBuffer> {
  return message(AWARENESS, (encoder) =>
    encoding.writeVarUint8Array(encoder, encodeAwarenessUpdate(awareness, clients)),
  );
}

/** Applies a frame with `origin`; the state vector when the sender asks for what it lacks, or else null. */
export function takeFrame(
  frame: Uint8Array,
  doc: Y.Doc,
  awareness: Awareness,
  origin: unknown,
): Uint8Array | null {
  const decoder = decoding.createDecoder(frame);
  const kind = decoding.readVarUint(decoder);
  if (kind === AWARENESS) {
    applyAwarenessUpdate(awareness, decoding.readVarUint8Array(decoder), origin);
    return null;
  }
  if (kind !== SYNC) throw new Error(`Expected a message of type 0 or 1, got ${kind}.`);
  const step = decoding.readVarUint(decoder);
  if (step === messageYjsSyncStep1) return decoding.readVarUint8Array(decoder);
  if (step !== messageYjsSyncStep2 && step !== messageYjsUpdate)
    throw new Error(`Expected a sync message of type 0, 1 or 2, got ${step}.`);
  // Both hold an update; what a listener throws is logged there, and the connection goes on.
  readUpdate(decoder, doc, origin);
  return null;
}

function syncMessage(step: number, content: Uint8Array): Uint8Array<ArrayBuffer> {
  return message(SYNC, (encoder) => {
    encoding.writeVarUint(encoder, step);
    encoding.writeVarUint8Array(encoder, content);
  });
}

function message(kind: number, write: (encoder: encoding.Encoder) => void): Uint8Array<ArrayBuffer> {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, kind);
  write(encoder);
  return encoding.toUint8Array(encoder) as Uint8Array<ArrayBuffer>;
}

/** y-protocols' messages, one in each frame: 0 is sync, 1 is awareness. */
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { type Awareness, applyAwarenessUpdate, encodeAwarenessUpdate } from "y-protocols/awareness";
import { messageYjsSyncStep1, readSyncMessage, writeSyncStep1, writeUpdate } from "y-protocols/sync";
import type * as Y from "yjs";

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

export function updateMessage(update: Uint8Array): Uint8Array<ArrayBuffer> {
  return message(SYNC, (encoder) => writeUpdate(encoder, update));
}

export function awarenessMessage(awareness: Awareness, clients: number[]): Uint8Array<ArrayBuffer> {
  return message(AWARENESS, (encoder) =>
    encoding.writeVarUint8Array(encoder, encodeAwarenessUpdate(awareness, clients)),
  );
}

/** Applies a frame with `origin`; the answer when the sender asked for what it lacks, or else null. */
export function takeFrame(
  frame: Uint8Array,
  doc: Y.Doc,
  awareness: Awareness,
  origin: unknown,
): Uint8Array<ArrayBuffer> | null {
  const decoder = decoding.createDecoder(frame);
  const kind = decoding.readVarUint(decoder);
  if (kind === AWARENESS) {
    applyAwarenessUpdate(awareness, decoding.readVarUint8Array(decoder), origin);
    return null;
  }
  if (kind !== SYNC) throw new Error(`Expected a message of type 0 or 1, got ${kind}.`);
  let asks = false;
  const answer = message(SYNC, (encoder) => {
    asks = readSyncMessage(decoder, encoder, doc, origin) === messageYjsSyncStep1;
  });
  return asks ? answer : null;
}

function message(kind: number, write: (encoder: encoding.Encoder) => void): Uint8Array<ArrayBuffer> {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, kind);
  write(encoder);
  return encoding.toUint8Array(encoder) as Uint8Array<ArrayBuffer>;
}

/** Brings answers to a worker that waits and so receives no messages: bytes in shared memory, piece by piece. */
import type {
  AnswerHttp,
  AnswerInput,
  HttpPart,
  PageToWorker,
  QueryPart,
  RefuseRequest,
} from "../contracts/generated.ts";

/** What a cell may wait for. */
export type Answer = AnswerInput | AnswerHttp | HttpPart | QueryPart | RefuseRequest;

export function isAnswer(message: PageToWorker): message is Answer {
  return ["answer_input", "answer_http", "http_part", "query_part", "refuse_request"].includes(message.kind);
}

/** Slots of the memory by which the frame reaches a worker at any time. */
export const CONTROL = {
  /** SIGINT when Stop was pressed; whoever acts on it sets it back to 0. */
  signal: 0,
  /** Goes up with each Stop and each piece: a wait sleeps until it changes. */
  bell: 1,
} as const;
export const CONTROL_BYTES = 2 * Int32Array.BYTES_PER_ELEMENT;

/** Large enough that a download of some megabytes is a few pieces; kept for the worker's whole life. */
export const MAILBOX_BYTES = 1 << 20;
const LENGTH_BYTES = 4;

/** Wake a wait, if there is one. */
export function ring(control: Int32Array): void {
  Atomics.add(control, CONTROL.bell, 1);
  Atomics.notify(control, CONTROL.bell);
}

/** The frame's end. A piece lies in the box until the worker took it, so a long answer needs no more memory. */
export class MailboxWriter {
  private readonly control: Int32Array;
  private readonly box: Box;
  private readonly filled: () => void;
  private readonly waiting: Uint8Array[] = [];

  /** `filled` is called for each piece: a worker that does not wait must hear of it otherwise. */
  constructor(control: Int32Array, memory: SharedArrayBuffer, filled: () => void) {
    this.control = control;
    this.box = openBox(memory);
    this.filled = filled;
  }

  send(answer: Answer): void {
    this.waiting.push(encode(answer));
    this.fill();
  }

  /** Put the next piece in, if the box is empty; called whenever the worker emptied it. */
  fill(): void {
    const { filled, bytes } = this.box;
    const next = this.waiting[0];
    if (!next || Atomics.load(filled, 0) !== 0) return;
    const piece = next.subarray(0, bytes.length);
    bytes.set(piece);
    if (piece.length === next.length) this.waiting.shift();
    else this.waiting[0] = next.subarray(piece.length);
    Atomics.store(filled, 0, piece.length);
    ring(this.control);
    this.filled();
  }
}

/** The worker's end. */
export class MailboxReader {
  private readonly box: Box;
  private readonly emptied: () => void;
  private pieces: Uint8Array[] = [];

  /** `emptied` tells the writer that there is room again. */
  constructor(memory: SharedArrayBuffer, emptied: () => void) {
    this.box = openBox(memory);
    this.emptied = emptied;
  }

  /** Take what lies in the box; the answer, if that was its last piece. */
  take(): Answer | null {
    const { filled, bytes } = this.box;
    const length = Atomics.load(filled, 0);
    if (length === 0) return null;
    this.pieces.push(bytes.slice(0, length));
    Atomics.store(filled, 0, 0);
    this.emptied();
    return this.joined();
  }

  private joined(): Answer | null {
    const [first] = this.pieces as [Uint8Array];
    const received = this.pieces.reduce((sum, piece) => sum + piece.length, 0);
    if (received < readLength(first, 0)) return null;
    const whole = new Uint8Array(received);
    let at = 0;
    for (const piece of this.pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    this.pieces = [];
    return decode(whole);
  }
}

interface Box {
  /** How many bytes lie in the box; 0 when it is empty. */
  filled: Int32Array;
  bytes: Uint8Array;
}

function openBox(memory: SharedArrayBuffer): Box {
  return { filled: new Int32Array(memory, 0, 1), bytes: new Uint8Array(memory, LENGTH_BYTES) };
}

/** The whole length, that of the JSON text, the text, and then the body, if it has one. */
function encode(answer: Answer): Uint8Array {
  const { body, ...rest } = answer as Answer & { body?: Uint8Array };
  const text = new TextEncoder().encode(JSON.stringify(rest));
  const bytes = new Uint8Array(2 * LENGTH_BYTES + text.length + (body?.length ?? 0));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length);
  view.setUint32(LENGTH_BYTES, text.length);
  bytes.set(text, 2 * LENGTH_BYTES);
  if (body) bytes.set(body, 2 * LENGTH_BYTES + text.length);
  return bytes;
}

function decode(bytes: Uint8Array): Answer {
  const start = 2 * LENGTH_BYTES;
  const end = start + readLength(bytes, LENGTH_BYTES);
  const answer = JSON.parse(new TextDecoder().decode(bytes.subarray(start, end))) as Answer;
  return answer.kind === "answer_input" || answer.kind === "refuse_request"
    ? answer
    : { ...answer, body: bytes.slice(end) };
}

function readLength(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);
}

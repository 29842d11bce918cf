/** A client of a room on the relay: keeps a document in step, comes back when the connection ends, and knows what is saved. */
import { Awareness, removeAwarenessStates } from "y-protocols/awareness";
import type * as Y from "yjs";
import type { After } from "./after.ts";
import { backoffMilliseconds } from "./backoff.ts";
import { endingOf } from "./close-reasons.ts";
import {
  answerMessages,
  awarenessMessage,
  isReceipt,
  stateRequest,
  takeFrame,
  updateMessages,
} from "./room-messages.ts";
import type { RoomSocket } from "./room-socket.ts";
import type { RoomState } from "./room-state.ts";
import { WaitingChanges } from "./waiting-changes.ts";

/** The relay says something every 15 seconds; a connection that is silent for longer is dead. */
const SILENCE_MILLISECONDS = 40_000;
/** Clients of other makers forget whom they have not heard of for 30 seconds. */
const RENEWAL_MILLISECONDS = 15_000;

export interface RoomClientParts {
  doc: Y.Doc;
  openSocket(): RoomSocket;
  after: After;
  /** From 0 to 1. */
  chance(): number;
  /** False when it is known that there is no network. */
  isOnline(): boolean;
  /** Changes of earlier visits that are not known to be on the relay. */
  waitingBefore?: number;
}

/** Fires "state" when `state` or `waiting` changed. */
export class RoomClient extends EventTarget {
  readonly awareness: Awareness;
  readonly #parts: RoomClientParts;
  readonly #waiting: WaitingChanges;
  #state: RoomState = { kind: "offline" };
  #socket: RoomSocket | null = null;
  #isOpen = false;
  #attempt = 0;
  #cancelRetry: (() => void) | null = null;
  #cancelSilence: (() => void) | null = null;
  #cancelRenewal: (() => void) | null = null;

  constructor(parts: RoomClientParts) {
    super();
    this.#parts = parts;
    this.#waiting = new WaitingChanges(parts.waitingBefore);
    this.awareness = new Awareness(parts.doc);
    // Its timer also removes whoever was silent for 30 seconds, which a page in the background is.
    // The relay tells who left.
    clearInterval(this.awareness._checkInterval);
    parts.doc.on("update", this.#onUpdate);
    this.awareness.on("update", this.#onAwareness);
  }

  get state(): RoomState {
    return this.#state;
  }

  /** How many changes the relay has not confirmed. */
  get waiting(): number {
    return this.#waiting.count;
  }

  /** Everything this document holds is on disk at the relay. */
  get isSaved(): boolean {
    return this.#state.kind === "live" && this.#state.isSaved;
  }

  /** Connects now, whatever was being waited for; also after the relay ended it for good. */
  connect(): void {
    if (this.#state.kind === "closed") throw new Error("This client of a room was closed.");
    if (this.#socket) return;
    this.#cancelRetry?.();
    this.#cancelRetry = null;
    if (!this.#parts.isOnline()) {
      this.#become({ kind: "offline" });
      return;
    }
    const socket = this.#parts.openSocket();
    this.#socket = socket;
    socket.onopen = () => this.#opened(socket);
    socket.onmessage = ({ data }) => this.#received(socket, new Uint8Array(data as ArrayBuffer));
    socket.onclose = ({ code }) => this.#ended(code);
    this.#listenForSilence();
    this.#become({ kind: "connecting" });
  }

  /** The network has gone: a socket would notice late, or never. */
  lostNetwork(): void {
    if (this.#socket) this.#drop();
    this.#cancelRetry?.();
    this.#cancelRetry = null;
    if (this.#state.kind === "connecting" || this.#state.kind === "live") this.#become({ kind: "offline" });
  }

  /** Leaves the room; the document stays. */
  close(): void {
    if (this.#state.kind === "closed") return;
    this.#parts.doc.off("update", this.#onUpdate);
    this.awareness.off("update", this.#onAwareness);
    if (this.#socket) this.#drop();
    this.#cancelRetry?.();
    this.#become({ kind: "closed" });
    this.awareness.destroy();
  }

  #opened(socket: RoomSocket): void {
    this.#isOpen = true;
    socket.send(stateRequest(this.#parts.doc));
    // The others know the last clock as that of somebody who left: a higher one is news.
    this.awareness.setLocalState(this.awareness.getLocalState());
    this.#renew();
  }

  #received(socket: RoomSocket, frame: Uint8Array): void {
    this.#listenForSilence();
    if (isReceipt(frame)) this.#waiting.received();
    else {
      const stateVector = takeFrame(frame, this.#parts.doc, this.awareness, this);
      // Everything there is, also what was changed while nobody listened.
      if (stateVector) this.#send(socket, answerMessages(this.#parts.doc, stateVector));
    }
    if (this.#state.kind !== "live") return;
    const isSaved = !this.#waiting.areUnderWay;
    if (isSaved) this.#attempt = 0;
    this.#become({ kind: "live", isSaved });
  }

  /** Each message has a receipt of its own; that of the last one is for all of the changes. */
  #send(socket: RoomSocket, messages: Uint8Array<ArrayBuffer>[]): void {
    for (const message of messages) {
      if (message === messages.at(-1)) this.#waiting.sentAll();
      else this.#waiting.sentPart();
      socket.send(message);
    }
    this.#become({ kind: "live", isSaved: false });
  }

  #ended(code: number): void {
    this.#drop();
    const ending = endingOf(code);
    if (ending) {
      this.#become({ kind: "ended", ending });
      return;
    }
    const delay = backoffMilliseconds(this.#attempt++, this.#parts.chance());
    this.#cancelRetry = this.#parts.after(delay, () => this.connect());
    this.#become({ kind: "offline" });
  }

  /** Forgets the socket, and everybody who was seen through it. */
  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#isOpen = false;
    this.#cancelSilence?.();
    this.#cancelRenewal?.();
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
    this.#waiting.disconnected();
    const others = [...this.awareness.getStates().keys()].filter((id) => id !== this.awareness.clientID);
    removeAwarenessStates(this.awareness, others, this);
  }

  #listenForSilence(): void {
    this.#cancelSilence?.();
    this.#cancelSilence = this.#parts.after(SILENCE_MILLISECONDS, () => this.#ended(1006));
  }

  #renew(): void {
    this.#cancelRenewal?.();
    this.#cancelRenewal = this.#parts.after(RENEWAL_MILLISECONDS, () => {
      this.awareness.setLocalState(this.awareness.getLocalState());
      this.#renew();
    });
  }

  readonly #onUpdate = (update: Uint8Array, origin: unknown): void => {
    if (origin === this) return;
    this.#waiting.changed();
    // Before the relay has asked, the answer to it will hold this change too.
    if (this.#socket && this.#state.kind === "live") this.#send(this.#socket, updateMessages(update));
    else this.#tell();
  };

  readonly #onAwareness = (change: { added: number[]; updated: number[]; removed: number[] }): void => {
    const { clientID } = this.awareness;
    const isOwn = [...change.added, ...change.updated, ...change.removed].includes(clientID);
    if (isOwn && this.#isOpen) this.#socket?.send(awarenessMessage(this.awareness, [clientID]));
  };

  #become(state: RoomState): void {
    this.#state = state;
    this.#tell();
  }

  #tell(): void {
    this.dispatchEvent(new Event("state"));
  }
}

/** A relay of one room without a network: frames wait until a test lets them arrive, and it can stop at any moment. */
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import {
  Awareness,
  applyAwarenessUpdate,
  encodeAwarenessUpdate,
  removeAwarenessStates,
} from "y-protocols/awareness";
import { messageYjsSyncStep1, messageYjsUpdate, writeSyncStep1, writeSyncStep2 } from "y-protocols/sync";
import * as Y from "yjs";
import type { RoomSocket } from "./room-socket.ts";

const RECEIPT = new Uint8Array([0, 2, 2, 0, 0]);

class FakeSocket implements RoomSocket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly toRelay: Uint8Array[] = [];
  readonly toClient: Uint8Array[] = [];
  /** Edits taken from this client that have no receipt yet. */
  unconfirmed = 0;
  /** Whose awareness states came by it. */
  readonly clientIds = new Set<number>();
  isOpen = false;
  /** Nothing goes back any more; what is under way to the relay may still arrive. */
  isGone = false;
  readonly #leave: (socket: FakeSocket) => void;

  constructor(leave: (socket: FakeSocket) => void) {
    this.#leave = leave;
  }

  send(message: Uint8Array): void {
    this.toRelay.push(message);
  }

  close(): void {
    if (!this.isGone) this.#leave(this);
    this.isGone = true;
    this.toClient.length = 0;
  }
}

/** Takes an edit first, and keeps it when `persist` is called: a crash between the two loses it. */
export class FakeRelay {
  readonly sockets: FakeSocket[] = [];
  /** What is on disk. */
  kept = new Y.Doc();
  #taken = new Y.Doc();
  #awareness = silentAwareness();
  isDown = false;

  connect(): RoomSocket {
    const socket = new FakeSocket((gone) => this.#tellLeft(gone));
    this.sockets.push(socket);
    return socket;
  }

  /** The moves that are possible now, each by what it moves. */
  moves(): (() => void)[] {
    const moves: (() => void)[] = [() => this.persist()];
    for (const socket of this.sockets) {
      if (!socket.isOpen && !socket.isGone) moves.push(() => this.#accept(socket));
      if (socket.isOpen && socket.toRelay.length > 0) moves.push(() => this.#take(socket));
      if (socket.toClient.length > 0) moves.push(() => this.#deliver(socket));
    }
    return moves;
  }

  /** Writes what was taken, then confirms and shows it. */
  persist(): void {
    const update = Y.encodeStateAsUpdate(this.#taken, Y.encodeStateVector(this.kept));
    const isNews = !Y.snapshotContainsUpdate(Y.snapshot(this.kept), update);
    if (isNews) Y.applyUpdate(this.kept, update);
    for (const socket of this.sockets) {
      for (; socket.unconfirmed > 0; socket.unconfirmed--) this.#send(socket, RECEIPT);
      if (isNews) this.#send(socket, frame(messageYjsUpdate, update));
    }
  }

  /** kill -9: what was taken and not written is lost, and so is all that was under way. */
  crash(): void {
    this.#taken = copyOf(this.kept);
    this.#awareness = silentAwareness();
    for (const socket of [...this.sockets]) this.drop(socket, 1006);
    for (const socket of this.sockets) socket.toRelay.length = 0;
    this.sockets.length = 0;
  }

  /** Ends one connection; what the client had sent may arrive after it has come back. */
  drop(socket: FakeSocket, code: number): void {
    if (socket.isGone) return;
    socket.isGone = true;
    socket.toClient.length = 0;
    socket.unconfirmed = 0;
    this.#tellLeft(socket);
    socket.onclose?.({ code });
  }

  /** Sends a last frame again, as a network that repeats itself; edits may come twice. */
  repeat(socket: FakeSocket): void {
    const last = socket.toRelay.findLast((message) => message[0] === 0 && message[1] === messageYjsUpdate);
    if (last && socket.isGone) socket.toRelay.push(last);
  }

  #accept(socket: FakeSocket): void {
    if (this.isDown) {
      this.drop(socket, 1006);
      return;
    }
    socket.isOpen = true;
    socket.onopen?.();
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, 0);
    writeSyncStep1(encoder, this.#taken);
    this.#send(socket, encoding.toUint8Array(encoder));
    const here = [...this.#awareness.getStates().keys()];
    if (here.length > 0) this.#send(socket, this.#people(here));
  }

  #take(socket: FakeSocket): void {
    const message = socket.toRelay.shift()!;
    const decoder = decoding.createDecoder(message);
    if (decoding.readVarUint(decoder) !== 0) {
      if (!socket.isGone) this.#meet(socket, decoding.readVarUint8Array(decoder));
      this.#pass(socket, message);
      return;
    }
    const kind = decoding.readVarUint(decoder);
    const content = decoding.readVarUint8Array(decoder);
    if (kind === messageYjsSyncStep1) {
      const encoder = encoding.createEncoder();
      encoding.writeVarUint(encoder, 0);
      writeSyncStep2(encoder, this.kept, content);
      this.#send(socket, encoding.toUint8Array(encoder));
      return;
    }
    Y.applyUpdate(this.#taken, content);
    if (!socket.isGone) socket.unconfirmed++;
  }

  #meet(socket: FakeSocket, states: Uint8Array): void {
    applyAwarenessUpdate(this.#awareness, states, socket);
    const decoder = decoding.createDecoder(states);
    for (let count = decoding.readVarUint(decoder); count > 0; count--) {
      socket.clientIds.add(decoding.readVarUint(decoder));
      decoding.readVarUint(decoder);
      decoding.readVarString(decoder);
    }
  }

  #tellLeft(socket: FakeSocket): void {
    const left = [...socket.clientIds].filter((id) => this.#awareness.getStates().has(id));
    removeAwarenessStates(this.#awareness, left, this);
    if (left.length > 0) this.#pass(socket, this.#people(left));
  }

  #people(clientIds: number[]): Uint8Array {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, 1);
    encoding.writeVarUint8Array(encoder, encodeAwarenessUpdate(this.#awareness, clientIds));
    return encoding.toUint8Array(encoder);
  }

  #pass(from: FakeSocket, awareness: Uint8Array): void {
    for (const socket of this.sockets) if (socket !== from && socket.isOpen) this.#send(socket, awareness);
  }

  #deliver(socket: FakeSocket): void {
    const message = socket.toClient.shift()!;
    socket.onmessage?.({ data: message.slice().buffer });
  }

  #send(socket: FakeSocket, message: Uint8Array): void {
    if (!socket.isGone && socket.isOpen) socket.toClient.push(message);
  }
}

function frame(kind: number, content: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, 0);
  encoding.writeVarUint(encoder, kind);
  encoding.writeVarUint8Array(encoder, content);
  return encoding.toUint8Array(encoder);
}

/** Without its timer, which would keep the process. */
function silentAwareness(): Awareness {
  const awareness = new Awareness(new Y.Doc());
  clearInterval(awareness._checkInterval);
  awareness.setLocalState(null);
  return awareness;
}

function copyOf(doc: Y.Doc): Y.Doc {
  const copy = new Y.Doc();
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
  return copy;
}

/** The part of a WebSocket that a client of a room uses, and the real one for an address. */
import { ROOMS_PATH, SYNC_SUBPROTOCOL } from "../contracts/generated.ts";

export interface RoomSocket {
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  send(message: Uint8Array<ArrayBuffer>): void;
  close(): void;
}

/** Below `base`, the page's own address. */
export function roomAddress(base: URL, documentId: string, epoch: string): URL {
  const address = new URL(`${ROOMS_PATH}/${encodeURIComponent(documentId)}`, base);
  address.searchParams.set("epoch", epoch);
  address.protocol = base.protocol === "https:" ? "wss:" : "ws:";
  return address;
}

export function openSocket(address: URL): RoomSocket {
  const socket = new WebSocket(address, SYNC_SUBPROTOCOL);
  socket.binaryType = "arraybuffer";
  return socket as RoomSocket;
}

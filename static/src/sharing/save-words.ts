/** What the header says of where the edits are: never more than is known. */
import type { SaveState } from "../session/session-parts.ts";
import type { RoomState } from "../sync/room-state.ts";

export type SavePlace = "server" | "saving" | "waiting" | "offline" | "ended" | "failed" | "not_kept";

export interface SaveWords {
  place: SavePlace;
  words: string;
  /** The whole sentence, with what it means. */
  title: string;
  /** For screen readers: only what lasts; null leaves what was said before. */
  spoken: string | null;
}

const HERE = "Every change is kept in this browser";

/** `here`: whether this browser has stored it; `waiting`: changes that the relay has not confirmed. */
export function saveWords(here: SaveState, room: RoomState, waiting: number): SaveWords {
  if (room.kind === "live" && room.isSaved && here !== "saving") {
    const words = "Saved on the server";
    return { place: "server", words, title: "Everything is on the server's disk.", spoken: words };
  }
  if (here === "failed" || here === "not_kept") {
    const words = here === "failed" ? "Not saved" : "Not kept";
    const title = "Neither this browser nor the server has your last changes: keep this page open.";
    return { place: here, words, title, spoken: words };
  }
  if (room.kind === "live")
    return { place: "saving", words: "Saving…", title: "The server is writing it down.", spoken: null };
  const place = room.kind === "ended" ? "ended" : waiting > 0 ? "waiting" : "offline";
  const sends = room.kind === "ended" ? room.ending.message : "It is sent when there is a connection.";
  if (waiting > 0) {
    const words = `${waiting} ${waiting === 1 ? "change waits" : "changes waiting"}`;
    return { place, words, title: `${HERE}. ${sends}`, spoken: "Not connected. Changes are waiting." };
  }
  if (room.kind === "connecting")
    return { place: "saving", words: "Connecting…", title: `${HERE}.`, spoken: null };
  const words = room.kind === "ended" ? "Not connected" : "Offline";
  return { place, words, title: `${HERE}. ${sends}`, spoken: words };
}

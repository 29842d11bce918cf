/** What a client of a room knows about its connection. */
import type { Ending } from "./close-reasons.ts";

export type RoomState =
  /** No connection, and none is attempted before `online` or the end of a wait. */
  | { kind: "offline" }
  /** A connection is being made, or the relay has not asked yet for what it lacks. */
  | { kind: "connecting" }
  /** The relay has been sent all it lacks; `isSaved` once it has confirmed that and everything since. */
  | { kind: "live"; isSaved: boolean }
  /** The relay ended it for good. */
  | { kind: "ended"; ending: Ending }
  | { kind: "closed" };

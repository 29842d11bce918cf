/** What the end of a connection means, and what a person is told about it. */
import {
  CLOSE_BAD_MESSAGE,
  CLOSE_DELETED,
  CLOSE_EPOCH_DIFFERS,
  CLOSE_NOT_ALLOWED,
  CLOSE_NOT_SIGNED_IN,
  CLOSE_QUARANTINED,
  CLOSE_TOO_LARGE,
  CLOSE_VERSION_UNKNOWN,
} from "../contracts/generated.ts";

/** Why a client does not come back by itself. */
export interface Ending {
  kind: "not_allowed" | "sign_in" | "fork" | "deleted" | "quarantined" | "reload" | "refused";
  message: string;
  hint: string;
}

/** WebSocket's own code for a message that is too large, sent before the relay sees it. */
const MESSAGE_TOO_BIG = 1009;

const TOO_LARGE: Ending = {
  kind: "refused",
  message: "The server does not take this notebook: it, or one change of it, is too large.",
  hint: "Everything is kept in this browser. Clear large outputs, then reload the page.",
};

const ENDINGS: Readonly<Record<number, Ending>> = {
  [CLOSE_NOT_ALLOWED]: {
    kind: "not_allowed",
    message: "You may not open or change this notebook on the server.",
    hint: "Ask the person who shared it with you for access. What you wrote is kept in this browser.",
  },
  [CLOSE_NOT_SIGNED_IN]: {
    kind: "sign_in",
    message: "The server does not know who you are, or not any more.",
    hint: "Sign in, then try again. What you wrote is kept in this browser.",
  },
  [CLOSE_EPOCH_DIFFERS]: {
    kind: "fork",
    message: "The server has another notebook at this address.",
    hint: "Both are kept: yours is a copy of its own.",
  },
  [CLOSE_DELETED]: {
    kind: "deleted",
    message: "This notebook was deleted on the server, for everybody.",
    hint: "What you have is still in this browser. It can go on as a notebook of your own.",
  },
  [CLOSE_QUARANTINED]: {
    kind: "quarantined",
    message: "What the server has stored of this notebook is damaged.",
    hint: "It can go on from its last good state; what you have here and it lacks is then sent again.",
  },
  [CLOSE_VERSION_UNKNOWN]: {
    kind: "reload",
    message: "The server speaks another version than this page.",
    hint: "Reload the page to get the newest version. What you wrote is kept in this browser.",
  },
  [CLOSE_BAD_MESSAGE]: {
    kind: "refused",
    message: "The server does not take a change of this notebook: it is nested too deeply, or no message.",
    hint: "Everything is kept in this browser. Undo the last change, then reload the page.",
  },
  [CLOSE_TOO_LARGE]: TOO_LARGE,
  [MESSAGE_TOO_BIG]: TOO_LARGE,
};

/** null when the client should come back by itself; as in y-websocket, 4400 to 4499 are final. */
export function endingOf(code: number): Ending | null {
  const known = ENDINGS[code];
  if (known) return known;
  if (code < 4400 || code > 4499) return null;
  return {
    kind: "refused",
    message: `The server closed the connection (code ${code}).`,
    hint: "Reload the page. What you wrote is kept in this browser.",
  };
}

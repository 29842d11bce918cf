/** Who may run what: some may ask for runs, and leave it to others to have them done. */
import type { Notice } from "./notice.ts";

export interface RunRights {
  /** To have cells run where somebody else's kernel is. */
  mayAsk(): boolean;
  /** To run them here, which writes outputs. */
  mayHost(): boolean;
}

export const NO_HOST: Notice = {
  level: "info",
  message: "Nobody who may edit this notebook runs it now.",
  hint: "Ask one of them to run a cell of it: then yours run there too. Or duplicate it: the copy is yours.",
  topic: "role",
};

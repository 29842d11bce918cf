/** Who may run what: some may ask for runs, and leave it to others to have them done. */
import type { Notice } from "./notice.ts";

export interface RunRights {
  /** To have cells run where somebody else's kernel is. */
  mayAsk(): boolean;
  /** To run them here, which writes outputs. */
  mayHost(): boolean;
}

export const NO_HOST = refusal(
  "Nobody who may edit this notebook runs it now.",
  "Ask one of them to run a cell of it: then yours run there too. Or duplicate it: the copy is yours.",
);
export const MAY_NOT_RUN = refusal(
  "You may read this notebook, not run it.",
  "Ask an owner of the notebook, or duplicate it: the copy is yours.",
);
export const MAY_NOT_HOST = refusal(
  "Only who may edit this notebook can have it run in their page.",
  "Ask an owner of the notebook, or duplicate it: the copy is yours.",
);

function refusal(message: string, hint: string): Notice {
  return { level: "info", message, hint, topic: "role" };
}

/** A sentence for the person: what happened, and what to do. */
export interface Notice {
  level: "info" | "warning" | "error";
  message: string;
  hint: string;
  /** Notices with the same topic replace each other, as the steps of one install do. */
  topic?: string;
  cellId?: string;
}

/** What was tried is refused, and the person has been told why. */
export class ToldError extends Error {}

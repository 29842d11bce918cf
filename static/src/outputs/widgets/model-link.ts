/** A widget's model as the frame that shows it sees it. */
import type { ModelChange } from "../frame/frame-messages.ts";

export interface ModelLink {
  /** What the frame changed or said; the kernel hears of it. */
  send(change: ModelChange): void;
  /** Calls `listener` with what the kernel changed or said, until the returned function is called. */
  listen(listener: (change: ModelChange) => void): () => void;
}

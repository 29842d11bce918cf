/** Who has a document open now: the other tabs of this browser, or everybody in its room. */
import type { AwarenessState, Runtime, User } from "../contracts/generated.ts";

/** Fires "change" when somebody came, went or told something new. */
export interface Presence extends EventTarget {
  /** The person at this page, as the others see them. */
  readonly user: User;
  /**
   * The others, by what tells their clients apart. Who lost the connection a moment ago is still among them: a
   * runtime that is missing here for good has its runs marked as lost.
   */
  readonly others: ReadonlyMap<string, AwarenessState>;
  /**
   * Whether everybody who is there is among `others`, also those who had lost the connection when this one was
   * made: only then somebody who is not, is gone.
   */
  readonly isComplete: boolean;
  /** Resolves once those who are connected are among `others`, or when that cannot be (no connection). Never rejects. */
  readonly settled: Promise<void>;
  /** Tells the others: `undefined` leaves a part as it is, null takes it back. */
  tell(change: Partial<Omit<AwarenessState, "user">>): void;
}

/** The kernels that are there, beside this page's own. */
export function runtimesOf(presence: Presence): Runtime[] {
  return [...presence.others.values()].flatMap(({ runtime }) => runtime ?? []);
}

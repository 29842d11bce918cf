/** Who is in a room, as the interface that everything outside of sharing uses. */
import type { Awareness } from "y-protocols/awareness";
import type { AwarenessState, User } from "../contracts/generated.ts";
import type { Presence } from "../document/presence.ts";
import type { After } from "../sync/after.ts";
import type { RoomClient } from "../sync/room-client.ts";
import { readState } from "./person.ts";

/** So long somebody is waited for who has left while this page stayed: a break that three attempts mend is none. */
const LEFT_MILLISECONDS = 5_000;
/** So long all are waited for once this page has come itself: a little longer than the longest wait to come back. */
const RETURN_MILLISECONDS = 25_000;

/** Fires "change". Ends with `signal`. */
export class RoomPresence extends EventTarget implements Presence {
  readonly #client: RoomClient;
  readonly #awareness: Awareness;
  readonly #others = new Map<string, AwarenessState>();
  readonly #after: After;
  readonly #leaving = new Map<string, () => void>();
  #settled = Promise.withResolvers<void>();
  /** Connected, and told who is there now. */
  #isInStep = false;
  #isComplete = false;
  #cancelArrival: (() => void) | null = null;
  #user: User;

  constructor(client: RoomClient, user: User, signal: AbortSignal, after: After) {
    super();
    this.#after = after;
    this.#client = client;
    this.#awareness = client.awareness;
    this.#user = user;
    this.#awareness.setLocalState({ user });
    this.#awareness.on("change", this.#onAwareness);
    client.addEventListener("state", this.#follow, { signal });
    signal.addEventListener("abort", () => {
      this.#awareness.off("change", this.#onAwareness);
      this.#stopWaiting();
      this.#settled.resolve();
    });
  }

  get user(): User {
    return this.#user;
  }

  set user(user: User) {
    this.#user = user;
    this.#awareness.setLocalStateField("user", user);
  }

  get others(): ReadonlyMap<string, AwarenessState> {
    return this.#others;
  }

  get isComplete(): boolean {
    return this.#isComplete;
  }

  get settled(): Promise<void> {
    return this.#settled.promise;
  }

  tell(change: Partial<Omit<AwarenessState, "user">>): void {
    const state = this.#awareness.getLocalState();
    const given = Object.entries(change).filter(([, value]) => value !== undefined);
    if (state) this.#awareness.setLocalState({ ...state, ...Object.fromEntries(given) });
  }

  /** The relay tells who is there before it confirms anything. */
  readonly #follow = (): void => {
    const { state, isSaved } = this.#client;
    const isInStep = isSaved || (this.#isInStep && state.kind === "live");
    if (isInStep || state.kind === "offline" || state.kind === "ended") this.#settled.resolve();
    else if (this.#isInStep) this.#settled = Promise.withResolvers();
    if (isInStep === this.#isInStep) return;
    this.#isInStep = isInStep;
    // Who is missing may still be on the way back, as after the relay restarted: the wait begins anew.
    this.#stopWaiting();
    if (isInStep) this.#cancelArrival = this.#after(RETURN_MILLISECONDS, this.#arrive);
    this.#read(RETURN_MILLISECONDS);
  };

  /** Everybody who was on the way back when this client came has come. */
  readonly #arrive = (): void => {
    this.#isComplete = true;
    this.dispatchEvent(new Event("change"));
  };

  readonly #onAwareness = (): void => this.#read(LEFT_MILLISECONDS);

  /** `patience`: how long to wait for those who are missing since now. */
  #read(patience: number): void {
    const here = new Map<string, AwarenessState>();
    for (const [clientId, raw] of this.#awareness.getStates()) {
      const state = clientId === this.#awareness.clientID ? null : readState(raw);
      if (state) here.set(String(clientId), state);
    }
    for (const [id, state] of here) {
      this.#leaving.get(id)?.();
      this.#leaving.delete(id);
      this.#others.set(id, state);
    }
    for (const id of this.#others.keys()) if (!here.has(id)) this.#waitFor(id, patience);
    this.dispatchEvent(new Event("change"));
  }

  /** Without a connection of one's own nobody can be seen to come back. */
  #waitFor(id: string, patience: number): void {
    if (!this.#isInStep || this.#leaving.has(id)) return;
    const forget = () => {
      this.#leaving.delete(id);
      this.#others.delete(id);
      this.dispatchEvent(new Event("change"));
    };
    this.#leaving.set(id, this.#after(patience, forget));
  }

  #stopWaiting(): void {
    this.#isComplete = false;
    this.#cancelArrival?.();
    for (const stay of this.#leaving.values()) stay();
    this.#leaving.clear();
  }
}

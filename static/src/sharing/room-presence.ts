/** Who is in a room, as the interface that everything outside of sharing uses. */
import type { Awareness } from "y-protocols/awareness";
import type { AwarenessState, User } from "../contracts/generated.ts";
import type { Presence } from "../document/presence.ts";
import type { RoomClient } from "../sync/room-client.ts";
import { readState } from "./person.ts";

/** So long somebody is waited for who lost the connection: a little longer than the longest wait to come back. */
const GRACE_MILLISECONDS = 25_000;

/** Fires "change". Ends with `signal`. */
export class RoomPresence extends EventTarget implements Presence {
  readonly #client: RoomClient;
  readonly #awareness: Awareness;
  readonly #others = new Map<string, AwarenessState>();
  readonly #leaving = new Map<string, ReturnType<typeof setTimeout>>();
  #settled = Promise.withResolvers<void>();
  #isComplete = false;
  #user: User;

  constructor(client: RoomClient, user: User, signal: AbortSignal) {
    super();
    this.#client = client;
    this.#awareness = client.awareness;
    this.#user = user;
    this.#awareness.setLocalState({ user });
    this.#awareness.on("change", this.#read);
    client.addEventListener("state", this.#follow, { signal });
    signal.addEventListener("abort", () => {
      this.#awareness.off("change", this.#read);
      for (const timer of this.#leaving.values()) clearTimeout(timer);
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
    const isComplete = isSaved || (this.#isComplete && state.kind === "live");
    if (isComplete || state.kind === "offline" || state.kind === "ended") this.#settled.resolve();
    else if (!isComplete && this.#isComplete) this.#settled = Promise.withResolvers();
    if (isComplete === this.#isComplete) return;
    this.#isComplete = isComplete;
    this.#read();
  };

  readonly #read = (): void => {
    const here = new Map<string, AwarenessState>();
    for (const [clientId, raw] of this.#awareness.getStates()) {
      const state = clientId === this.#awareness.clientID ? null : readState(raw);
      if (state) here.set(String(clientId), state);
    }
    for (const [id, state] of here) {
      clearTimeout(this.#leaving.get(id));
      this.#leaving.delete(id);
      this.#others.set(id, state);
    }
    for (const id of this.#others.keys()) if (!here.has(id)) this.#waitFor(id);
    this.dispatchEvent(new Event("change"));
  };

  /** Without a connection of one's own nobody can be seen to come back. */
  #waitFor(id: string): void {
    if (!this.#isComplete || this.#leaving.has(id)) return;
    const forget = () => {
      this.#leaving.delete(id);
      if (!this.#isComplete) return;
      this.#others.delete(id);
      this.dispatchEvent(new Event("change"));
    };
    this.#leaving.set(id, setTimeout(forget, GRACE_MILLISECONDS));
  }
}

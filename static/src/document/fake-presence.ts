/** A room without a network: everybody in it knows at once who is there. */
import type { AwarenessState, User } from "../contracts/generated.ts";
import type { Presence } from "./presence.ts";

export class FakePresence extends EventTarget implements Presence {
  readonly settled = Promise.resolve();
  isComplete = true;
  readonly #room: Set<FakePresence>;
  #state: AwarenessState;

  constructor(room = new Set<FakePresence>(), user: User = { id: "ada", name: "Ada", color: "#4f6bd8" }) {
    super();
    this.#room = room;
    this.#state = { user };
    room.add(this);
    this.#announce();
  }

  get user(): User {
    return this.#state.user;
  }

  get others(): ReadonlyMap<string, AwarenessState> {
    const others = [...this.#room].filter((each) => each !== this);
    return new Map(others.map((each, index) => [String(index), each.#state]));
  }

  tell(change: Partial<Omit<AwarenessState, "user">>): void {
    this.#state = { ...this.#state, ...change };
    this.#announce();
  }

  /** Goes without a word, as a browser that crashes. */
  vanish(): void {
    this.#room.delete(this);
    this.#announce();
  }

  #announce(): void {
    for (const each of this.#room) if (each !== this) each.dispatchEvent(new Event("change"));
  }
}

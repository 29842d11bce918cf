/** Everybody at a page's notebook: the tabs of this browser, and once it is shared those in its room. */
import type { AwarenessState, User } from "../contracts/generated.ts";
import type { Presence } from "../document/presence.ts";

type Told = Partial<Omit<AwarenessState, "user">>;

/** Fires "change" when either did. */
export class PagePresence extends EventTarget implements Presence {
  readonly #tabs: Presence;
  readonly #joined = Promise.withResolvers<Presence>();
  #room: Presence | null = null;
  #told: Told = {};
  #isShared: boolean;

  /** `isShared`: whether a room is to come, so that nobody is taken for gone before. */
  constructor(tabs: Presence, isShared: boolean) {
    super();
    this.#tabs = tabs;
    this.#isShared = isShared;
    tabs.addEventListener("change", this.#changed);
  }

  get user(): User {
    return (this.#room ?? this.#tabs).user;
  }

  /** A tab of this browser may be there twice, once from each. */
  get others(): ReadonlyMap<string, AwarenessState> {
    return new Map([...this.#tabs.others, ...(this.#room?.others ?? [])]);
  }

  get isComplete(): boolean {
    return this.#tabs.isComplete && (!this.#isShared || (this.#room?.isComplete ?? false));
  }

  get settled(): Promise<void> {
    const room = this.#isShared ? this.#joined.promise.then(({ settled }) => settled) : null;
    return Promise.all([this.#tabs.settled, room]).then(() => undefined);
  }

  tell(change: Told): void {
    this.#told = { ...this.#told, ...change };
    this.#tabs.tell(change);
    this.#room?.tell(change);
  }

  /** The notebook is shared from now on; the room hears all that was told before. */
  join(room: Presence): void {
    this.#isShared = true;
    this.#room = room;
    room.tell(this.#told);
    room.addEventListener("change", this.#changed);
    this.#joined.resolve(room);
    this.#changed();
  }

  readonly #changed = (): void => {
    this.dispatchEvent(new Event("change"));
  };
}

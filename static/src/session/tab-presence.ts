/** The tabs of this browser that show one notebook: each holds a lock while it lives, so that a crash is noticed too. */
import type { AwarenessState, User } from "../contracts/generated.ts";
import type { Presence } from "../document/presence.ts";

type TabMessage = { key: string; state: AwarenessState; asks: boolean };

/** A tab that lives but does not answer must not hold up the first run for longer. */
const SETTLE_MILLISECONDS = 1000;

export class TabPresence extends EventTarget implements Presence {
  readonly others = new Map<string, AwarenessState>();
  readonly settled: Promise<void>;
  readonly #key = crypto.randomUUID();
  readonly #prefix: string;
  readonly #channel: BroadcastChannel;
  readonly #locks: LockManager;
  readonly #life = new AbortController();
  #state: AwarenessState;
  /** Tabs that live and have not said who they are; null until that is known. */
  #awaited: Set<string> | null = null;

  constructor(notebookId: string, user: User, locks: LockManager = navigator.locks) {
    super();
    this.#state = { user };
    this.#locks = locks;
    this.#prefix = `wasm-runtime:tab:${notebookId}:`;
    this.#channel = new BroadcastChannel(this.#prefix);
    this.#channel.onmessage = (event: MessageEvent<TabMessage>) => this.#take(event.data);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.settled = promise;
    this.addEventListener("change", () => this.isComplete && resolve());
    setTimeout(resolve, SETTLE_MILLISECONDS);
    this.#hold(this.#key, {}, () => this.#meet());
  }

  get user(): User {
    return this.#state.user;
  }

  get isComplete(): boolean {
    return this.#awaited?.size === 0;
  }

  tell(change: Partial<Omit<AwarenessState, "user">>): void {
    this.#state = { ...this.#state, ...change };
    if (this.#awaited !== null) this.#post(false);
  }

  /** Says goodbye: the others see the lock go. */
  close(): void {
    this.#life.abort();
    this.#channel.close();
  }

  async #meet(): Promise<void> {
    const { held = [] } = await this.#locks.query();
    const keys = held.flatMap(({ name }) =>
      name?.startsWith(this.#prefix) ? name.slice(this.#prefix.length) : [],
    );
    this.#awaited = new Set(keys.filter((key) => key !== this.#key && !this.others.has(key)));
    for (const key of this.#awaited) this.#watch(key);
    this.#post(true);
    this.#changed();
  }

  /** Only pages of this origin can post here, so a message is what it says. */
  #take({ key, state, asks }: TabMessage): void {
    const isKnown = this.others.has(key) || this.#awaited?.has(key);
    this.others.set(key, state);
    this.#awaited?.delete(key);
    if (!isKnown) this.#watch(key);
    if (asks && this.#awaited !== null) this.#post(false);
    this.#changed();
  }

  /** The lock of a tab is free when the tab is gone, however it went. */
  #watch(key: string): void {
    this.#hold(key, { mode: "shared", signal: this.#life.signal }, async () => {
      this.others.delete(key);
      this.#awaited?.delete(key);
      this.#changed();
    });
  }

  #hold(key: string, options: LockOptions, act: () => Promise<void>): void {
    const isOwn = key === this.#key;
    const whileHeld = async () => {
      if (this.#life.signal.aborted) return;
      await act();
      if (isOwn) await new Promise((resolve) => this.#life.signal.addEventListener("abort", resolve));
    };
    this.#locks.request(this.#prefix + key, options, whileHeld).catch((error: unknown) => {
      if (!this.#life.signal.aborted) throw error;
    });
  }

  #post(asks: boolean): void {
    this.#channel.postMessage({ key: this.#key, state: this.#state, asks } satisfies TabMessage);
  }

  #changed(): void {
    if (!this.#life.signal.aborted) this.dispatchEvent(new Event("change"));
  }
}

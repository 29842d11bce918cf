/** The relay has ended a room's connection for good: the person is told why, and offered the way on. */
import type { NotebookPage } from "../elements/notebook-page.ts";
import type { Ending } from "../sync/close-reasons.ts";
import { forkNotebook } from "./fork-notebook.ts";
import type { OwnAccess } from "./own-access.ts";
import { fetchEpoch, goOnFromLastGoodState } from "./room-requests.ts";
import type { SharingParts } from "./shared-notebook.ts";

export interface RoomEndingsParts {
  page: NotebookPage;
  sharing: SharingParts;
  access: OwnAccess;
  /** The name that the room knows the document by. */
  epoch: string;
  connect(): void;
  signIn(why: string): Promise<unknown>;
}

export class RoomEndings {
  readonly #parts: RoomEndingsParts;
  /** The document's own, unless somebody else gave the room its name. */
  epoch: string;
  #last: Ending | null = null;

  constructor(parts: RoomEndingsParts) {
    this.#parts = parts;
    this.epoch = parts.epoch;
  }

  /** null when the connection has not ended; each ending is told once. */
  async follow(ending: Ending | null): Promise<void> {
    if (ending === this.#last) return;
    this.#last = ending;
    const { access } = this.#parts;
    if (ending === null) return;
    if (ending.kind === "fork") return this.#fork();
    if (ending.kind === "sign_in" && access.knows) return;
    this.#offerWayOn(ending);
    // The session may have ended elsewhere.
    await access.learn();
  }

  #offerWayOn({ kind, message, hint }: Ending): void {
    const { page, connect, signIn } = this.#parts;
    const { notify, onError } = page.parts;
    const offer = (words: string, act: () => unknown) =>
      notify(
        { level: "warning", message, hint, topic: "room" },
        { words, act: () => void Promise.resolve(act()).catch(onError) },
      );
    if (kind === "reload") offer("Reload", () => location.reload());
    else if (kind === "quarantined")
      offer("Go on from the last good state", () => this.#goOnFromLastGoodState());
    else if (kind === "deleted") offer("Keep it as my own", () => this.#keepAsOwn());
    else if (kind === "sign_in") offer("Sign in", () => signIn(message));
    else offer("Try again", connect);
  }

  async #goOnFromLastGoodState(): Promise<void> {
    const { page, sharing, connect } = this.#parts;
    await goOnFromLastGoodState(sharing.base, page.parts.open.id);
    connect();
  }

  /** Under a new id: nobody can use the old one again. */
  #keepAsOwn(): Promise<void> {
    const { page, sharing } = this.#parts;
    const { id } = page.parts.open;
    return sharing.show(async () => {
      const own = await sharing.library.duplicate(id);
      await sharing.library.delete(id);
      return own;
    });
  }

  async #fork(): Promise<void> {
    const { page, sharing, connect } = this.#parts;
    if (await forkNotebook(page, sharing)) return;
    const epoch = await fetchEpoch(sharing.base, page.parts.open.id);
    if (epoch === null || epoch === this.epoch) return;
    this.epoch = epoch;
    connect();
  }
}

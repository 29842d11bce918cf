/** Who the person at a shared notebook is to the relay, and what they may do in it. */
import type { Session, User } from "../contracts/generated.ts";
import { forgetResults } from "../data/results-database.ts";
import type { TextStorage } from "../session/settings.ts";
import { AccessError, type AccessRequests } from "./access-requests.ts";
import { askToSignIn } from "./access-sign-in.ts";
import type { Role } from "./access-words.ts";
import { lastUser, rememberUser } from "./own-user.ts";

/** Fires "change". */
export class OwnAccess extends EventTarget {
  readonly requests: AccessRequests;
  readonly #documentId: string;
  readonly #storage: TextStorage | null;
  #session: Session | null = null;
  #role: Role | null = null;
  #hasSignedOut = false;
  #isAsking = false;

  constructor(requests: AccessRequests, documentId: string, storage: TextStorage | null) {
    super();
    this.requests = requests;
    this.#documentId = documentId;
    this.#storage = storage;
  }

  /** As the relay said it last; null before it has. */
  get session(): Session | null {
    return this.#session;
  }

  /** null also while the relay does not answer: then nothing is refused here, and what is written stays here. */
  get role(): Role | null {
    return this.#role;
  }

  get user(): User | null {
    return this.#session?.user ?? null;
  }

  /** Everybody here has to be somebody, and this person is nobody (any more). */
  get isSignedOut(): boolean {
    return this.#session?.mode === "accounts" && this.user === null;
  }

  /** They have just signed out here, or are asked to sign in: they need not be told. */
  get knows(): boolean {
    return this.#hasSignedOut || this.#isAsking;
  }

  /** Asks the relay; where it does not answer, what it said before holds. */
  async learn(): Promise<void> {
    try {
      const role = this.requests.role(this.#documentId);
      const [session, known] = await Promise.all([this.requests.session(), role]);
      // Who is sent away can do no more than before with what they have here.
      this.#role = known ?? this.#role;
      this.#become(session);
    } catch (error) {
      if (!(error instanceof AccessError)) throw error;
    }
  }

  /** Whether they are signed in now. */
  async signIn(why: string): Promise<boolean> {
    this.#isAsking = true;
    try {
      const session = await askToSignIn(this.requests, why);
      if (session?.user) this.#become(session);
    } finally {
      this.#isAsking = false;
    }
    return this.user !== null;
  }

  /** `everywhere`: in all browsers, on all machines. Throws AccessError. */
  async signOut(everywhere: boolean): Promise<void> {
    const session = await this.requests.signOut(everywhere);
    this.#hasSignedOut = true;
    this.#become(session);
  }

  #become(session: Session): void {
    this.#session = session;
    if (session.user) this.#hasSignedOut = false;
    if (session.user || this.isSignedOut) {
      if (lastUser(this.#storage)?.id !== session.user?.id) void forgetResults();
      rememberUser(this.#storage, session.user ?? null);
    }
    this.dispatchEvent(new Event("change"));
  }
}

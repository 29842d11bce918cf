/** Who one is and who may what, as the relay answers it: contracts/access.py says what is asked. */
import { decode, type RecordShape } from "../contracts/codec.ts";
import {
  ErrorBody,
  LINK_FRAGMENT,
  LINKS,
  LINKS_PATH,
  LinkList,
  MadeLink,
  MEMBERS,
  MemberList,
  OIDC_PATH,
  RedeemedLink,
  ROOMS_PATH,
  RoomStatus,
  SESSION_PATH,
  SESSIONS_PATH,
  Session,
} from "../contracts/generated.ts";
import { OpenError } from "../session/open.ts";
import type { LinkRole, Role } from "./access-words.ts";

/** The relay refused; its words are for people. */
export class AccessError extends OpenError {
  readonly status: number;
  constructor(message: string, hint: string, status: number) {
    super(message, hint);
    this.name = "AccessError";
    this.status = status;
  }
}

/** Every method throws AccessError. */
export class AccessRequests {
  readonly #base: URL;

  constructor(base: URL) {
    this.#base = base;
  }

  session(): Promise<Session> {
    return this.#ask("GET", SESSION_PATH, Session);
  }

  signIn(name: string, password: string): Promise<Session> {
    return this.#ask("POST", SESSION_PATH, Session, { name, password });
  }

  /** `everywhere`: in all browsers, on all machines. */
  signOut(everywhere: boolean): Promise<Session> {
    return this.#ask("DELETE", everywhere ? SESSIONS_PATH : SESSION_PATH, Session);
  }

  redeem(token: string, name: string): Promise<RedeemedLink> {
    return this.#ask("POST", LINKS_PATH, RedeemedLink, { token, name });
  }

  /** The role in a document; null when one has none, or there is no such document yet. */
  async role(documentId: string): Promise<Role | null> {
    try {
      return (await this.#ask("GET", roomPath(documentId), RoomStatus)).role;
    } catch (error) {
      if (error instanceof AccessError && [401, 403, 404].includes(error.status)) return null;
      throw error;
    }
  }

  /** For everybody and for good. */
  async deleteDocument(documentId: string): Promise<void> {
    await this.#answer(roomPath(documentId), { method: "DELETE" });
  }

  members(documentId: string): Promise<MemberList> {
    return this.#ask("GET", roomPath(documentId, MEMBERS), MemberList);
  }

  putMember(documentId: string, name: string, role: Role): Promise<MemberList> {
    return this.#ask("PUT", roomPath(documentId, MEMBERS), MemberList, { name, role });
  }

  removeMember(documentId: string, userId: string): Promise<MemberList> {
    return this.#ask("DELETE", roomPath(documentId, MEMBERS, userId), MemberList);
  }

  links(documentId: string): Promise<LinkList> {
    return this.#ask("GET", roomPath(documentId, LINKS), LinkList);
  }

  makeLink(documentId: string, role: LinkRole, expiresInSeconds: number | null): Promise<MadeLink> {
    const body = { role, expires_in_seconds: expiresInSeconds };
    return this.#ask("POST", roomPath(documentId, LINKS), MadeLink, body);
  }

  revokeLink(documentId: string, linkId: string): Promise<LinkList> {
    return this.#ask("DELETE", roomPath(documentId, LINKS, linkId), LinkList);
  }

  /** Where the identity provider is asked; it leads back to `back`, an address of this page. */
  providerAddress(back: URL): URL {
    const address = new URL(OIDC_PATH, this.#base);
    address.searchParams.set("return", `${back.pathname}${back.search}${back.hash}`);
    return address;
  }

  /** What to send to others: the token is in the fragment, which no server gets to see. */
  linkAddress(documentId: string, token: string): URL {
    const address = new URL(`?room=${encodeURIComponent(documentId)}`, this.#base);
    address.hash = `${LINK_FRAGMENT}=${token}`;
    return address;
  }

  async #ask<Type>(method: string, path: string, shape: RecordShape<Type>, body?: object): Promise<Type> {
    const response = await this.#answer(path, {
      method,
      ...(body ? { headers: { "content-type": "application/json" }, body: JSON.stringify(body) } : {}),
    });
    return decode(await response.json(), shape);
  }

  async #answer(path: string, options: RequestInit): Promise<Response> {
    const response = await this.#fetch(path, { cache: "no-store", ...options });
    if (response.ok) return response;
    throw await refusal(response);
  }

  async #fetch(path: string, options: RequestInit): Promise<Response> {
    try {
      return await fetch(new URL(path, this.#base), options);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw new AccessError("The server cannot be reached.", "Check the connection and try again.", 0);
    }
  }
}

/** A proxy in between may answer with something else than the relay does. */
async function refusal(response: Response): Promise<AccessError> {
  const text = await response.text();
  try {
    const { message, hint = "" } = decode(JSON.parse(text), ErrorBody);
    return new AccessError(message, hint, response.status);
  } catch {
    return new AccessError(`The server answered HTTP ${response.status}.`, "Try again.", response.status);
  }
}

function roomPath(...parts: string[]): string {
  return [ROOMS_PATH, ...parts.map(encodeURIComponent)].join("/");
}

/** Asks the relay for a record, and says in words why there is none. */
import { decode, type RecordShape } from "../contracts/codec.ts";
import { ErrorBody } from "../contracts/generated.ts";
import { OpenError } from "../session/open.ts";

/** Why there is no answer; `kind` is for whoever can do something about it. */
export class RelayRefusal extends OpenError {
  readonly kind: "unreachable" | "no_relay" | "not_signed_in" | "refused";

  constructor(kind: RelayRefusal["kind"], message: string, hint: string, cause?: unknown) {
    super(message, hint, cause);
    this.kind = kind;
  }
}

export type Fetch = (url: URL, options: RequestInit) => Promise<Response>;

export class RelayAnswers {
  readonly #base: URL;
  readonly #fetch: Fetch;

  constructor(base: URL, fetch: Fetch = (url, options) => globalThis.fetch(url, options)) {
    this.#base = base;
    this.#fetch = fetch;
  }

  address(path: string): URL {
    return new URL(path, this.#base);
  }

  /** Throws RelayRefusal. */
  async ask<Type>(
    path: string,
    shape: RecordShape<Type>,
    { method = "GET", body }: { method?: "GET" | "POST" | "PUT" | "DELETE"; body?: object } = {},
  ): Promise<Type> {
    const response = await this.#send(path, {
      method,
      cache: "no-store",
      headers: { accept: "application/json", ...(body ? { "content-type": "application/json" } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    // A host of static files answers every address with something of its own.
    const isJson = response.headers.get("content-type")?.startsWith("application/json");
    if (!isJson) throw noRelay(response.status);
    const answer: unknown = await response.json();
    if (response.ok) return decode(answer, shape);
    throw refusalOf(response.status, answer);
  }

  async #send(path: string, options: RequestInit): Promise<Response> {
    try {
      return await this.#fetch(this.address(path), options);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw new RelayRefusal(
        "unreachable",
        "The relay cannot be reached.",
        "Databases need a connection to it: check the network and try again. The notebook itself works on.",
        error,
      );
    }
  }
}

function noRelay(status: number): RelayRefusal {
  if (status >= 500)
    return new RelayRefusal("unreachable", `The server answered HTTP ${status}.`, "Try again in a moment.");
  return new RelayRefusal(
    "no_relay",
    "There is no relay here.",
    "Databases are reached through one, so that no password is in the browser: open the notebook at a relay (wasm-runtime serve).",
  );
}

function refusalOf(status: number, answer: unknown): RelayRefusal {
  let error: ErrorBody;
  try {
    error = decode(answer, ErrorBody);
  } catch {
    return noRelay(status);
  }
  const { message, hint = "" } = error;
  if (status === 401)
    return new RelayRefusal(
      "not_signed_in",
      "You are not signed in.",
      "Databases are for people with an account here: sign in with the Share button, then try again.",
    );
  return new RelayRefusal("refused", message, hint);
}

/** What to say of an error. */
export function wordsOf(error: unknown): { message: string; hint: string } {
  if (error instanceof RelayRefusal) return error;
  const hint = error instanceof Error ? error.message : "";
  return { message: "The relay's answer could not be read.", hint };
}

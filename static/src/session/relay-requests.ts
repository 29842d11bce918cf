/** Python's requests to the relay itself, with the session of the person whose page this is. */
import {
  type AnswerHttp,
  type ErrorBody,
  type FetchHttp,
  RELAY_ADDRESS,
  RELAY_ANSWER_HEADERS,
  RELAY_REQUEST_HEADERS,
  RELAY_REQUEST_PATTERN,
  type RefuseRequest,
  ROOMS_PATH,
} from "../contracts/generated.ts";
import { readBounded } from "./bounded-body.ts";
import { closed, type FetchPage, isTimeout, MAX_BODY_BYTES, tooLarge } from "./http.ts";
import type { HttpStream } from "./http-stream.ts";
import type { NetworkAsk, NetworkGate } from "./network-gate.ts";
import { refusal } from "./network-policy.ts";
import { Patience } from "./patience.ts";

/** A model may think for minutes before its first word; the relay has limits of its own. */
const LONGEST_SILENCE_SECONDS = 600;
const MAY_BE_ASKED = new RegExp(RELAY_REQUEST_PATTERN);
const SENT = new Set(RELAY_REQUEST_HEADERS.split(" "));
const RETURNED = new Set(RELAY_ANSWER_HEADERS.split(" "));

export interface RelayPlace {
  /** The page's base address; ends with a slash. */
  base: URL;
  /** The shared notebook in whose name is asked; null for one's own. */
  documentId(): string | null;
}

/** Never rejects. What user code asks for decides the method and the path, and those within RELAY_REQUEST_PATTERN. */
export async function answerFromRelay(
  request: FetchHttp,
  place: RelayPlace,
  gate: Pick<NetworkGate, "mayUse">,
  stream: HttpStream | null,
  fetchRelay: FetchPage,
): Promise<AnswerHttp | RefuseRequest> {
  const { request_id, method, url } = request;
  const refused = (error: ErrorBody): RefuseRequest => ({ kind: "refuse_request", request_id, error });
  const asked = url.startsWith(RELAY_ADDRESS) ? url.slice(RELAY_ADDRESS.length) : "";
  const address = addressOf(method, asked, place);
  if (address === null) return refused(notForPython(method, url));
  const ask = askFor(method, asked);
  if (!(await gate.mayUse(ask))) return refused(notAllowed(ask));
  const patience = new Patience(request.timeout_seconds ?? LONGEST_SILENCE_SECONDS, null);
  try {
    const response = await fetchRelay(address, {
      method,
      headers: pairs(request.headers).filter(([name]) => SENT.has(name.toLowerCase())),
      body: request.body ? new Uint8Array(request.body) : null,
      credentials: "same-origin",
      redirect: "error",
      cache: "no-store",
      signal: stream ? AbortSignal.any([stream.signal, patience.signal]) : patience.signal,
    });
    if (isOfNoRelay(response, asked)) {
      await response.body?.cancel();
      return refused(noRelay());
    }
    const { body, isLast } = stream
      ? await stream.begin(response, patience)
      : { body: await readBounded(response, MAX_BODY_BYTES, () => patience.heard()), isLast: true };
    if (body === null) return refused(tooLarge(url));
    return {
      kind: "answer_http",
      request_id,
      status: response.status,
      reason: response.statusText,
      url,
      headers: [...response.headers].filter(([name]) => RETURNED.has(name)).map((pair) => [...pair]),
      body,
      is_last: isLast,
    };
  } catch (failure) {
    if (stream?.signal.aborted) return refused(closed());
    if (isTimeout(failure)) return refused(tooSlow());
    // A fetch fails with TypeError for everything the browser does not tell, a redirect among it.
    if (!(failure instanceof TypeError)) throw failure;
    return refused(unreachable());
  } finally {
    patience.end();
  }
}

/** Null unless Python may ask for it, and the browser reads the address just as it is written. */
function addressOf(method: string, asked: string, { base, documentId }: RelayPlace): string | null {
  if (!MAY_BE_ASKED.test(`${method} ${asked}`)) return null;
  const id = documentId();
  const address = `${base.href}${id === null ? "" : `${ROOMS_PATH}/${encodeURIComponent(id)}/`}${asked}`;
  return URL.parse(address)?.href === address ? address : null;
}

function serviceOf(asked: string): string | undefined {
  return asked.split(/[/?]/)[0];
}

/** The question to the person: for the models once, for each storage once, and once more to change it. */
function askFor(method: string, asked: string): NetworkAsk {
  const [path = ""] = asked.split("?");
  const [service, name = ""] = path.split("/");
  const rest = { way: "right", url: path, method } as const;
  if (service === "ai") return { ...rest, grant: "AI models", host: "ask AI models" };
  const verb = method === "GET" || method === "HEAD" ? "read" : "change";
  const what = name ? `storage ${name}` : "storages";
  return { ...rest, grant: `${verb} ${what}`, host: `${verb} the ${what}` };
}

function pairs(headers: readonly string[][]): [string, string][] {
  return headers.map(([name = "", value = ""]) => [name, value]);
}

/** A web server without a relay answers every address with a page of its own. */
function isOfNoRelay({ ok, headers }: Response, asked: string): boolean {
  const isPage = (headers.get("content-type") ?? "").startsWith("text/html");
  return isPage && (!ok || serviceOf(asked) === "ai");
}

function notForPython(method: string, url: string): ErrorBody {
  return refusal(
    `Python may not ask the relay for ${method} ${url.slice(0, 200)}.`,
    "It may ask for AI models below ai/ (GET, POST) and for files below storages/ (GET, HEAD, PUT, DELETE).",
  );
}

function notAllowed({ host }: NetworkAsk): ErrorBody {
  return refusal(
    `You did not allow this notebook to ${host}.`,
    "Allow it in the notebook's network settings and run the cell again.",
  );
}

function noRelay(): ErrorBody {
  return {
    code: "unavailable",
    message: "This page has no relay, so it has neither AI models nor storages.",
    hint: 'Open the notebook from a relay ("wasm-runtime serve"). To use a key of your own, give the library its address: base_url="https://...", api_key=...',
  };
}

function unreachable(): ErrorBody {
  return {
    code: "unavailable",
    message: "The relay cannot be reached, or did not answer to the end.",
    hint: "Check the connection and run the cell again.",
  };
}

function tooSlow(): ErrorBody {
  const hint = "Try again later, allow it more time, or ask for less.";
  return { code: "timeout", message: "The relay was silent for too long.", hint };
}

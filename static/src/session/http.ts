/** Carries out the HTTP requests of Python that the network gate lets through. */
import type { AnswerHttp, ErrorBody, FetchHttp, RefuseRequest } from "../contracts/generated.ts";
import { readBounded } from "./bounded-body.ts";
import type { HttpStream } from "./http-stream.ts";
import type { NetworkGate } from "./network-gate.ts";
import { refusal } from "./network-policy.ts";
import { Patience } from "./patience.ts";

/** A larger body would be in memory three times: here, in the message and in Python. */
export const MAX_BODY_BYTES = 512_000_000;
/** Python waits for the answer; a server that never ends must not hold the cell for ever. */
const LONGEST_SECONDS = 120;
const BODILESS_METHODS = ["GET", "HEAD"];

export type FetchPage = (url: string, init: RequestInit) => Promise<Response>;

/** Reaches hosts that this page cannot; see gateway.ts. */
export interface Gateway {
  reaches(request: Pick<FetchHttp, "url">): Promise<boolean>;
  /** After the person has agreed. `read` gives null for a body that is too large. */
  answer(
    request: FetchHttp,
    gate: Pick<NetworkGate, "check">,
    signal: AbortSignal,
    read: (response: Response) => Promise<Uint8Array<ArrayBuffer> | null>,
  ): Promise<AnswerHttp | ErrorBody>;
}

/**
 * Never rejects; without cookies, so that what Python reads does not depend on who the person is.
 * With a `stream` the answer holds what has come, unless a gateway brought it whole.
 */
export async function answerHttp(
  request: FetchHttp,
  gate: Pick<NetworkGate, "check" | "followsRedirects" | "checkRedirect" | "checkLanding">,
  fetchPage: FetchPage = (url, init) => fetch(url, init),
  loadGateway: () => Promise<Gateway | null> = async () => null,
  stream: HttpStream | null = null,
): Promise<AnswerHttp | RefuseRequest> {
  const refused = (error: ErrorBody): RefuseRequest => ({
    kind: "refuse_request",
    request_id: request.request_id,
    error,
  });
  const gateway = await loadGateway();
  const isRelayed = (await gateway?.reaches(request)) ?? false;
  const error = await gate.check(request, isRelayed);
  if (error !== null) return refused(error);
  let patience = patienceFor(request, stream);
  const signal = (): AbortSignal =>
    stream ? AbortSignal.any([stream.signal, patience.signal]) : patience.signal;
  const send = (redirect: RequestRedirect): Promise<Response> =>
    fetchPage(request.url, { ...initOf(request), redirect, signal: signal() });
  try {
    const read = (response: Response) => readBounded(response, MAX_BODY_BYTES, () => patience.heard());
    if (gateway !== null && isRelayed) {
      const relayed = await gateway.answer(request, gate, signal(), read);
      return "code" in relayed ? refused(relayed) : relayed;
    }
    let response = await send(gate.followsRedirects(request.url) ? "follow" : "manual");
    if (response.type === "opaqueredirect") {
      patience.end();
      const forbidden = await gate.checkRedirect(request);
      if (forbidden !== null) return refused(forbidden);
      if (!isBodiless(request)) return refused(sentOn(request));
      patience = patienceFor(request, stream);
      response = await send("follow");
    }
    const elsewhere = response.redirected ? gate.checkLanding(response.url) : null;
    if (elsewhere !== null) return refused(elsewhere);
    patience.heard();
    const { body, isLast } = stream
      ? await stream.begin(response, patience)
      : { body: await read(response), isLast: true };
    if (body === null) return refused(tooLarge(request.url));
    return {
      kind: "answer_http",
      request_id: request.request_id,
      status: response.status,
      reason: response.statusText,
      url: response.url,
      headers: [...response.headers].map(([name, value]) => [name, value]),
      body,
      is_last: isLast,
    };
  } catch (failure) {
    if (stream?.signal.aborted) return refused(closed());
    if (isTimeout(failure)) return refused(tooSlow(request));
    // A fetch fails with TypeError for everything the browser does not tell: offline, DNS, CORS, a forbidden header.
    if (!(failure instanceof TypeError)) throw failure;
    return refused(unreachable(request.url));
  } finally {
    patience.end();
  }
}

/** A body that is read in parts may take as long as Python reads it. */
function patienceFor({ timeout_seconds }: FetchHttp, stream: HttpStream | null): Patience {
  return stream
    ? new Patience(timeout_seconds ?? LONGEST_SECONDS, null)
    : new Patience(timeout_seconds ?? null, LONGEST_SECONDS);
}

export function isTimeout(failure: unknown): boolean {
  return failure instanceof DOMException && failure.name === "TimeoutError";
}

export function closed(): ErrorBody {
  return { code: "unavailable", message: "The request was closed.", hint: "Send it again." };
}

function initOf(request: FetchHttp): RequestInit {
  const { method, headers, body } = request;
  const init: RequestInit = {
    method,
    headers: headers.map(([name = "", value = ""]) => [name, value]),
    credentials: "omit",
    referrerPolicy: "no-referrer",
    cache: "no-cache",
  };
  if (body !== null && body !== undefined && !isBodiless(request)) init.body = new Uint8Array(body);
  return init;
}

function isBodiless({ method }: FetchHttp): boolean {
  return BODILESS_METHODS.includes(method.toUpperCase());
}

/** What may change something there is not sent a second time unasked. */
function sentOn({ method, url }: FetchHttp): ErrorBody {
  return refusal(
    `${method} to ${URL.parse(url)?.host ?? url} was sent, and answered with another address, which was not asked.`,
    "Run the cell again to send it once more and follow, or ask for the other address with GET.",
  );
}

function unreachable(url: string): ErrorBody {
  const host = URL.parse(url)?.host ?? url;
  return refusal(
    `${host} could not be read from this browser.`,
    `You may be offline, or the site lets no other page read it (CORS). A relay whose operator allows ${host} can (setting gateway). Or download the file and upload it to the working folder.`,
  );
}

export function tooLarge(url: string): ErrorBody {
  return refusal(
    `The answer of ${URL.parse(url)?.host ?? url} is larger than ${MAX_BODY_BYTES / 1e6} MB.`,
    "Ask for a part of it.",
  );
}

function tooSlow({ url, timeout_seconds }: FetchHttp): ErrorBody {
  const seconds = Math.min(timeout_seconds ?? LONGEST_SECONDS, LONGEST_SECONDS);
  const message = `${URL.parse(url)?.host ?? url} did not answer within ${seconds} seconds.`;
  return { code: "timeout", message, hint: "Try again later, allow it more time, or ask for less." };
}

/** Carries out a kernel's HTTP requests, whole or in parts. Loaded for the first of them. */
import {
  type AnswerHttp,
  type ErrorBody,
  type FetchHttp,
  type HttpPart,
  RELAY_HOST,
  type ReadHttp,
  type RefuseRequest,
} from "../contracts/generated.ts";
import type { HttpMessage, HttpSource } from "../kernel/http-source.ts";
import { answerHttp, closed, type FetchPage, type Gateway, isTimeout } from "./http.ts";
import { HttpStream } from "./http-stream.ts";
import type { NetworkGate } from "./network-gate.ts";
import { answerFromRelay, type RelayPlace } from "./relay-requests.ts";

export { answerHttp } from "./http.ts";

/** More than any sane program has open; a loop that floods is told so. */
const MOST_REQUESTS = 64;

export interface HttpParts extends RelayPlace {
  gate: NetworkGate;
  loadGateway(): Promise<Gateway | null>;
  fetchPage?: FetchPage;
}

export class HttpRequests implements HttpSource {
  readonly #parts: HttpParts;
  readonly #fetch: FetchPage;
  readonly #streams = new Map<string, HttpStream>();
  #wholes = 0;

  constructor(parts: HttpParts) {
    this.#parts = parts;
    this.#fetch = parts.fetchPage ?? ((url, init) => fetch(url, init));
  }

  async answer(message: HttpMessage): Promise<AnswerHttp | HttpPart | RefuseRequest | null> {
    switch (message.kind) {
      case "fetch_http":
        return this.#begin(message);
      case "read_http":
        return this.#read(message);
      case "close_http":
        this.#close(message.stream_id);
        return null;
    }
  }

  closeAll(): void {
    for (const id of [...this.#streams.keys()]) this.#close(id);
  }

  async #begin(request: FetchHttp): Promise<AnswerHttp | RefuseRequest> {
    const id = request.stream_id ?? "";
    if (this.#wholes + this.#streams.size >= MOST_REQUESTS || this.#streams.has(id))
      return refused(request, tooMany());
    if (!id) {
      this.#wholes++;
      return this.#carryOut(request, null).finally(() => this.#wholes--);
    }
    const stream = new HttpStream();
    this.#streams.set(id, stream);
    const answer = await this.#carryOut(request, stream);
    if (answer.kind === "refuse_request" || answer.is_last !== false) this.#streams.delete(id);
    return answer;
  }

  #carryOut(request: FetchHttp, stream: HttpStream | null): Promise<AnswerHttp | RefuseRequest> {
    const { gate, loadGateway } = this.#parts;
    return URL.parse(request.url)?.hostname === RELAY_HOST
      ? answerFromRelay(request, this.#parts, gate, stream, this.#fetch)
      : answerHttp(request, gate, this.#fetch, loadGateway, stream);
  }

  async #read(request: ReadHttp): Promise<HttpPart | RefuseRequest> {
    const { request_id, stream_id } = request;
    const stream = this.#streams.get(stream_id);
    if (!stream) return refused(request, closed());
    try {
      const { body, isLast } = await stream.next();
      if (isLast) this.#streams.delete(stream_id);
      return { kind: "http_part", request_id, body, is_last: isLast };
    } catch (failure) {
      this.#close(stream_id);
      return refused(request, isTimeout(failure) ? silent() : cut());
    }
  }

  #close(id: string): void {
    this.#streams.get(id)?.close();
    this.#streams.delete(id);
  }
}

function refused({ request_id }: { request_id: string }, error: ErrorBody): RefuseRequest {
  return { kind: "refuse_request", request_id, error };
}

function tooMany(): ErrorBody {
  const message = `More than ${MOST_REQUESTS} requests are open at once.`;
  return { code: "too_many_requests", message, hint: "Await some of them before sending more." };
}

function silent(): ErrorBody {
  const message = "The server fell silent in the middle of its answer.";
  return { code: "timeout", message, hint: "Try again later, or allow it more time." };
}

function cut(): ErrorBody {
  const message = "The answer was cut: the connection was lost in the middle of it.";
  return { code: "upstream_failed", message, hint: "Send the request again." };
}

/** Carries out a kernel's queries at the relay, as the person whose page this is. */
import { ContractError, decode } from "../contracts/codec.ts";
import {
  ARROW_STREAM_TYPE,
  DATA_PATH,
  ErrorBody,
  type OpenQuery,
  QUERIES_PATH,
  type QueryPart,
  QueryStatus,
  type ReadQuery,
  type RefuseRequest,
  ROOMS_PATH,
} from "../contracts/generated.ts";
import { PartStream } from "../kernel/part-stream.ts";
import type { QueryMessage, QuerySource } from "../kernel/query-source.ts";
import { KeptResults, questionOf, type ResultKeeper } from "./kept-results.ts";
import { Refusal, refused } from "./refusal.ts";
import { ageOf, originOf, ResultKeeping } from "./result-keeping.ts";

/** Each holds one of the connection's places at the relay, read or not. */
const MOST_QUERIES = 16;

interface OpenedQuery {
  /** Its name at the relay. The page chooses it: user code must not stop what others ask. */
  id: string;
  stop: AbortController;
  /** Whether there was more; null while the relay is still to say so. */
  more: boolean | null;
  stream: PartStream | null;
  /** What is told with the first part. */
  age: Pick<QueryPart, "age_seconds" | "is_offline">;
  keeping: ResultKeeping | null;
}

/** Why a notebook may not send this SQL to a connection, or null; may wait for the person's answer. */
export type MayQuery = (connection: string, sql: string) => Promise<ErrorBody | null>;

/** Where queries are asked, in whose name, and by whose leave. */
export interface QueryPlace {
  /** The page's base address; ends with a slash. */
  base: URL;
  /** The shared notebook in whose name is asked; null for one's own. */
  documentId(): string | null;
  mayQuery: MayQuery;
}

export type FetchRelay = (url: URL, init: RequestInit) => Promise<Response>;

export class Queries implements QuerySource {
  readonly #place: QueryPlace;
  readonly #fetch: FetchRelay;
  readonly #kept: ResultKeeper;
  readonly #opened = new Map<string, OpenedQuery>();

  constructor(
    place: QueryPlace,
    fetchRelay: FetchRelay = (url, init) => fetch(url, init),
    kept: ResultKeeper = new KeptResults(),
  ) {
    this.#place = place;
    this.#fetch = fetchRelay;
    this.#kept = kept;
  }

  async answer(message: QueryMessage): Promise<QueryPart | RefuseRequest | null> {
    if (message.kind === "close_query") {
      this.#close(message.query_id);
      return null;
    }
    const { request_id, query_id } = message;
    try {
      const query = message.kind === "open_query" ? await this.#open(message) : this.#find(message);
      const { body, isLast } = await this.#next(query);
      const more = isLast && (query.more ?? (await this.#status(query.id))?.more ?? false);
      query.keeping?.add(body);
      if (isLast) {
        query.keeping?.finish(more);
        this.#opened.delete(query_id);
      }
      const age = message.kind === "open_query" ? query.age : {};
      return { kind: "query_part", request_id, body, is_last: isLast, more, ...age };
    } catch (cause) {
      if (!(cause instanceof Refusal)) throw cause;
      this.#opened.delete(query_id);
      return {
        kind: "refuse_request",
        request_id,
        error: cause.body,
        ...(cause.position !== null && { position: cause.position }),
      };
    }
  }

  closeAll(): void {
    for (const query_id of [...this.#opened.keys()]) this.#close(query_id);
  }

  async #open({ query_id, connection, request }: OpenQuery): Promise<OpenedQuery> {
    if (this.#opened.size >= MOST_QUERIES || this.#opened.has(query_id)) {
      const message = `${MOST_QUERIES} queries of this notebook are open.`;
      throw refused("too_many_requests", message, "Read them to their end or close them.");
    }
    const query: OpenedQuery = {
      id: crypto.randomUUID(),
      stop: new AbortController(),
      more: typeof request.first_rows === "number" ? null : false,
      stream: null,
      age: {},
      keeping: null,
    };
    this.#opened.set(query_id, query);
    const refusal = await this.#place.mayQuery(connection, request.sql);
    if (refusal) throw new Refusal(refusal);
    if (query.stop.signal.aborted) throw stopped();
    const question = questionOf(this.#place.documentId(), connection, request);
    const response = await this.#ask(query, connection, request);
    if (!response) return this.#answerFromKept(query, question, request.max_age_seconds ?? null);
    if (!response.ok) throw await this.#refusalOf(response, query.id);
    if (!response.body || response.headers.get("content-type") !== ARROW_STREAM_TYPE) throw noRelay();
    const age_seconds = ageOf(response.headers);
    if (age_seconds !== null) query.age = { age_seconds };
    const origin = originOf(response.headers, Date.now());
    query.keeping = origin && new ResultKeeping(this.#kept, question, origin);
    query.stream = new PartStream(response.body);
    return query;
  }

  /** Null when the relay cannot be reached. */
  async #ask(
    { id, stop }: OpenedQuery,
    connection: string,
    request: OpenQuery["request"],
  ): Promise<Response | null> {
    try {
      const response = await this.#fetch(this.#queryAddress(connection), {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ ...request, query_id: id }),
        signal: stop.signal,
        cache: "no-store",
      });
      return isOfProxy(response) ? null : response;
    } catch (cause) {
      if (stop.signal.aborted) throw stopped();
      // A fetch fails with TypeError for everything the browser does not tell.
      if (!(cause instanceof TypeError)) throw cause;
      return null;
    }
  }

  async #answerFromKept(query: OpenedQuery, question: string, maxAge: number | null): Promise<OpenedQuery> {
    const kept = await this.#kept.find(question);
    if (query.stop.signal.aborted) throw stopped();
    if (!kept) throw unreachable("this browser has kept no result of this query");
    if (maxAge !== null && kept.ageSeconds > maxAge)
      throw unreachable("the result that this browser has kept is older than max_age allows");
    query.more = kept.more;
    query.age = { age_seconds: kept.ageSeconds, is_offline: true };
    query.stream = new PartStream(new Blob([kept.body]).stream());
    return query;
  }

  #find({ query_id }: ReadQuery): OpenedQuery {
    const query = this.#opened.get(query_id);
    if (!query?.stream) throw refused("not_found", "This query is not open any more.", "Run it again.");
    return query;
  }

  async #next({ stream, stop, id }: OpenedQuery): Promise<{ body: Uint8Array; isLast: boolean }> {
    try {
      if (stream) return await stream.next();
      throw refused("internal", "The query has no result.", "Run it again.");
    } catch (cause) {
      if (cause instanceof Refusal) throw cause;
      if (stop.signal.aborted) throw stopped();
      // The relay knows why it cut the stream, unless it is itself what went away.
      const status = await this.#status(id);
      if (status?.error) throw new Refusal(status.error, status.position ?? null);
      const message = "The result was cut: the connection to the relay was lost in the middle of it.";
      throw refused("upstream_failed", message, "Nothing of it was kept; run the query again.");
    }
  }

  #close(query_id: string): void {
    const query = this.#opened.get(query_id);
    if (!query) return;
    this.#opened.delete(query_id);
    query.stop.abort();
    // A proxy may keep the connection to the relay open after ours is gone.
    this.#fetch(this.#statusAddress(query.id), { method: "DELETE", keepalive: true }).catch(() => undefined);
  }

  async #refusalOf(response: Response, id: string): Promise<Refusal> {
    let body: ErrorBody;
    try {
      body = decode(await response.json(), ErrorBody);
    } catch (cause) {
      if (cause instanceof ContractError || cause instanceof SyntaxError) return noRelay();
      throw cause;
    }
    const status = body.code === "bad_request" ? await this.#status(id) : null;
    return new Refusal(body, status?.position ?? null);
  }

  /** Null when the relay does not say. */
  async #status(id: string): Promise<QueryStatus | null> {
    try {
      const response = await this.#fetch(this.#statusAddress(id), { cache: "no-store" });
      return response.ok ? decode(await response.json(), QueryStatus) : null;
    } catch (cause) {
      if (cause instanceof TypeError || cause instanceof SyntaxError || cause instanceof ContractError)
        return null;
      throw cause;
    }
  }

  #queryAddress(connection: string): URL {
    const id = this.#place.documentId();
    const room = id === null ? "" : `${ROOMS_PATH}/${encodeURIComponent(id)}/`;
    return new URL(`${room}${DATA_PATH}/${encodeURIComponent(connection)}/query`, this.#place.base);
  }

  #statusAddress(id: string): URL {
    return new URL(`${QUERIES_PATH}/${id}`, this.#place.base);
  }
}

function stopped(): Refusal {
  return refused("unavailable", "The query was closed.", "Run it again.");
}

/** A proxy in front of a relay that is down: the relay itself says why in JSON. */
function isOfProxy({ status, headers }: Response): boolean {
  return [502, 503, 504].includes(status) && !headers.get("content-type")?.startsWith("application/json");
}

function unreachable(andWhat: string): Refusal {
  const message = `The relay, which holds the databases, cannot be reached, and ${andWhat}.`;
  const hint =
    "Python and its DataFrames go on, and so do queries whose results were kept here. Run this one when the connection is back.";
  return refused("unavailable", message, hint);
}

function noRelay(): Refusal {
  const message = "This page has no relay, so it has no databases.";
  const hint =
    'Open the notebook from a relay ("wasm-runtime serve"), or query DataFrames: %%sql --on-frames';
  return refused("unavailable", message, hint);
}

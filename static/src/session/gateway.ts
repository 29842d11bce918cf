/** Requests that the relay carries out for this page, to hosts that its operator allows. Loaded when there is such a relay. */
import { decode } from "../contracts/codec.ts";
import {
  type AnswerHttp,
  ErrorBody,
  type FetchHttp,
  HostList,
  NET_FETCH_PATH,
  NET_HOSTS_PATH,
  type NetRequest,
  NetResponse,
  ROOMS_PATH,
} from "../contracts/generated.ts";
import type { FetchPage, Gateway } from "./http.ts";
import type { NetworkGate } from "./network-gate.ts";

/** Somebody may sign in meanwhile, and the operator may change the list. */
const LIST_SECONDS = 60;
const LENGTH_BYTES = 4;
const PORTS: Readonly<Record<string, string>> = { "https:": "443", "http:": "80" };

export interface GatewayPlace {
  /** The page's base address; ends with a slash. */
  base: URL;
  /** The shared notebook in whose name is asked; null for one's own. */
  documentId(): string | null;
  fetchPage?: FetchPage;
  now?(): number;
}

export class RelayGateway implements Gateway {
  readonly #place: GatewayPlace;
  readonly #fetch: FetchPage;
  #list: Promise<ReadonlySet<string>> | null = null;
  #listedAt = 0;

  constructor(place: GatewayPlace) {
    this.#place = place;
    this.#fetch = place.fetchPage ?? ((url, init) => fetch(url, init));
  }

  async reaches({ url }: Pick<FetchHttp, "url">): Promise<boolean> {
    const asked = URL.parse(url);
    if (asked === null || asked.origin === this.#place.base.origin) return false;
    if (!(asked.protocol in PORTS)) return false;
    return (await this.#hosts()).has(nameOf(asked));
  }

  async answer(
    ...[request, gate, signal, read]: Parameters<Gateway["answer"]>
  ): Promise<AnswerHttp | ErrorBody> {
    try {
      const response = await this.#fetch(this.#fetchAddress(), {
        method: "POST",
        body: exchangeOf(request),
        signal,
      });
      if (!response.ok) return decode(await response.json(), ErrorBody);
      const bytes = await read(response);
      if (bytes === null) return notWhole(request.url);
      const { head, body } = partsOf(bytes);
      const elsewhere = await this.#landing(request, head.url, gate);
      return elsewhere ?? { kind: "answer_http", request_id: request.request_id, ...head, body };
    } catch (failure) {
      // The relay ends an answer in the middle when it passed a limit, or its host broke off.
      if (failure instanceof TypeError) return notWhole(request.url);
      throw failure;
    }
  }

  /** A host that another one sent on to is asked for like any other before its answer is handed on. */
  async #landing(
    request: FetchHttp,
    landed: string,
    gate: Pick<NetworkGate, "check">,
  ): Promise<ErrorBody | null> {
    if (URL.parse(landed)?.host === URL.parse(request.url)?.host) return null;
    return gate.check({ url: landed, method: request.method }, true);
  }

  #fetchAddress(): string {
    const id = this.#place.documentId();
    const path = id === null ? NET_FETCH_PATH : `${ROOMS_PATH}/${encodeURIComponent(id)}/${NET_FETCH_PATH}`;
    return new URL(path, this.#place.base).href;
  }

  #hosts(): Promise<ReadonlySet<string>> {
    const now = this.#place.now?.() ?? performance.now();
    if (this.#list === null || now - this.#listedAt > LIST_SECONDS * 1000) {
      this.#listedAt = now;
      this.#list = this.#listed().catch((failure: unknown) => {
        // Offline, or no relay behind the address any more: asked again next time.
        if (!(failure instanceof TypeError)) throw failure;
        this.#list = null;
        return new Set<string>();
      });
    }
    return this.#list;
  }

  async #listed(): Promise<ReadonlySet<string>> {
    const response = await this.#fetch(new URL(NET_HOSTS_PATH, this.#place.base).href, { cache: "no-store" });
    // Nobody who is not signed in reaches anything.
    if (!response.ok) return new Set();
    const { hosts } = decode(await response.json(), HostList);
    return new Set(hosts.map(({ host }) => host));
  }
}

/** As the operator names it: in lower case, without a final dot, with the port if it is not the scheme's own. */
function nameOf({ hostname, protocol, port }: URL): string {
  const host = hostname.replace(/\.$/, "");
  return port === "" || port === PORTS[protocol] ? host : `${host}:${port}`;
}

function exchangeOf({ method, url, headers, body, timeout_seconds }: FetchHttp): Blob {
  // As this page has read the address, so that the relay reads the same one.
  const asked: NetRequest = {
    method,
    url: new URL(url).href,
    headers,
    timeout_seconds: timeout_seconds ?? null,
  };
  const head = new TextEncoder().encode(JSON.stringify(asked));
  const length = new DataView(new ArrayBuffer(LENGTH_BYTES));
  length.setUint32(0, head.length);
  return new Blob([length, head, ...(body ? [new Uint8Array(body)] : [])]);
}

function partsOf(bytes: Uint8Array<ArrayBuffer>): { head: NetResponse; body: Uint8Array } {
  const end = LENGTH_BYTES + new DataView(bytes.buffer).getUint32(0);
  const text = new TextDecoder().decode(bytes.subarray(LENGTH_BYTES, end));
  return { head: decode(JSON.parse(text), NetResponse), body: bytes.slice(end) };
}

function notWhole(url: string): ErrorBody {
  return {
    code: "upstream_failed",
    message: `The answer of ${URL.parse(url)?.host ?? url} did not come whole through the relay.`,
    hint: "You may be offline, the site broke off, or the answer is larger or slower than the relay's operator allows.",
  };
}

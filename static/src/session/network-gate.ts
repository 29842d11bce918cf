/** Asks the person about hosts and databases that a notebook wants to reach; remembers the answers. */
import { CONNECTION_NAME_PATTERN, type ErrorBody } from "../contracts/generated.ts";
import { decide, type NetworkRequest, type NetworkRules, refusal } from "./network-policy.ts";
import type { TextStorage } from "./settings.ts";

export interface NetworkAsk {
  /** What is granted or denied: the host itself, that it may send on, or a database. */
  grant: string;
  /** A database by the name of its connection. */
  host: string;
  /**
   * How it is reached: by this browser, by the relay in its place, by a redirect to an address that
   * browsers do not tell, or by the relay as the person whose page this is: a database, or a right,
   * and then `host` are the words for what it is used for.
   */
  way: "browser" | "relay" | "redirect" | "database" | "right";
  /** The first address, or the first SQL, that was asked for. */
  url: string;
  method: string;
}

type Answer = (allowed: boolean) => void;

/** One per open notebook. Fires "change" when `asks` changed. */
export class NetworkGate extends EventTarget {
  readonly #rules: Omit<NetworkRules, "granted">;
  readonly #grants: NetworkGrants;
  readonly #granted: Set<string>;
  readonly #denied = new Set<string>();
  readonly #waiting = new Map<string, { ask: NetworkAsk; answers: Answer[] }>();

  constructor(rules: Omit<NetworkRules, "granted">, grants: NetworkGrants) {
    super();
    this.#rules = rules;
    this.#grants = grants;
    this.#granted = new Set(grants.hosts());
  }

  /** Questions that wait for the person's answer. */
  get asks(): readonly NetworkAsk[] {
    return [...this.#waiting.values()].map(({ ask }) => ask);
  }

  get grantedHosts(): readonly string[] {
    return [...this.#granted];
  }

  /** null when the request may be made; resolves after the person's answer where one is needed. */
  async check(request: NetworkRequest, isRelayed = false): Promise<ErrorBody | null> {
    const decision = decide(request, { ...this.#rules, granted: this.#granted, isRelayed });
    if (decision.verdict === "allow") return null;
    if (decision.verdict === "refuse") return decision.error;
    const { host } = decision;
    const way = isRelayed ? "relay" : "browser";
    if (await this.#ask({ ...request, host, grant: host, way })) return null;
    return refusal(
      `You did not allow this notebook to reach ${host}.`,
      "Allow the host in the notebook's network settings and run the cell again.",
    );
  }

  /** Whether redirects of an address that may be reached are followed without a question. */
  followsRedirects(url: string): boolean {
    const ownServer = decide({ url, method: "GET" }, { ...this.#rules, granted: new Set() });
    return ownServer.verdict === "allow" || this.#granted.has(redirectsOf(hostOf(url)));
  }

  /** As `check`, for an address that was reached and sends on, nobody can tell where to. */
  async checkRedirect(request: NetworkRequest): Promise<ErrorBody | null> {
    const host = hostOf(request.url);
    if (await this.#ask({ ...request, host, grant: redirectsOf(host), way: "redirect" })) return null;
    return refusal(
      `You did not allow ${host} to send this notebook on to another address.`,
      "Ask for the address it leads to, or allow it when the cell runs again.",
    );
  }

  /** As `check`, for a query: a notebook that somebody else wrote would read what this person may. */
  async checkQuery(connection: string, sql: string): Promise<ErrorBody | null> {
    if (!new RegExp(CONNECTION_NAME_PATTERN).test(connection)) {
      return refusal(
        `${JSON.stringify(connection)} is no name of a connection.`,
        "A name has small letters, digits, - and _, and begins with a letter.",
      );
    }
    const grant = `database ${connection}`;
    if (this.#granted.has(grant)) return null;
    if (await this.#ask({ grant, host: connection, way: "database", url: sql, method: "SQL" })) return null;
    return refusal(
      `You did not allow this notebook to query the database ${connection}.`,
      "Allow it in the notebook's network settings and run the cell again.",
    );
  }

  /** Whether something of the relay's may be used, with the rights of the person whose page this is. */
  async mayUse(ask: NetworkAsk): Promise<boolean> {
    return this.#granted.has(ask.grant) || this.#ask(ask);
  }

  /** Whether what a followed redirect brought may be handed on: never from the app itself or a private network. */
  checkLanding(url: string): ErrorBody | null {
    const decision = decide({ url, method: "GET" }, { ...this.#rules, granted: this.#granted });
    return decision.verdict === "refuse" ? decision.error : null;
  }

  /** "always" is kept for this notebook in this browser, "once" until the page closes. */
  allow(grant: string, howLong: "once" | "always"): void {
    this.#denied.delete(grant);
    this.#granted.add(grant);
    if (howLong === "always") this.#grants.add(grant);
    this.#answer(grant, true);
  }

  /** Holds until the page closes, so that a loop does not ask again and again. */
  deny(grant: string): void {
    this.#granted.delete(grant);
    this.#grants.remove(grant);
    this.#denied.add(grant);
    this.#answer(grant, false);
  }

  /** Takes back what was granted or denied: the next request asks. */
  forget(grant: string): void {
    this.#granted.delete(grant);
    this.#denied.delete(grant);
    this.#grants.remove(grant);
    this.dispatchEvent(new Event("change"));
  }

  /** Withdraws the questions of a run that was stopped. */
  withdraw(): void {
    for (const grant of [...this.#waiting.keys()]) this.#answer(grant, false);
  }

  #ask(ask: NetworkAsk): Promise<boolean> {
    const { grant } = ask;
    if (this.#denied.has(grant)) return Promise.resolve(false);
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(grant);
      if (waiting !== undefined) {
        waiting.answers.push(resolve);
        return;
      }
      this.#waiting.set(grant, { ask, answers: [resolve] });
      this.dispatchEvent(new Event("change"));
    });
  }

  #answer(grant: string, allowed: boolean): void {
    const waiting = this.#waiting.get(grant);
    this.#waiting.delete(grant);
    for (const answer of waiting?.answers ?? []) answer(allowed);
    this.dispatchEvent(new Event("change"));
  }
}

/** The grant for a host's redirects; a space keeps it apart from every host. */
function redirectsOf(host: string): string {
  return `redirects of ${host}`;
}

function hostOf(url: string): string {
  return URL.parse(url)?.host ?? url;
}

/** What was granted "always" to one notebook. */
export class NetworkGrants {
  readonly #key: string;
  readonly #storage: TextStorage | null;

  constructor(storage: TextStorage | null, notebookId: string) {
    this.#storage = storage;
    this.#key = `wasm-runtime:network:${notebookId}`;
  }

  hosts(): string[] {
    const text = this.#storage?.getItem(this.#key) ?? "";
    return text.split("\n").filter((host) => host !== "");
  }

  add(host: string): void {
    this.#write(new Set([...this.hosts(), host]));
  }

  remove(host: string): void {
    this.#write(new Set(this.hosts().filter((granted) => granted !== host)));
  }

  clear(): void {
    this.#storage?.removeItem(this.#key);
  }

  #write(hosts: ReadonlySet<string>): void {
    if (hosts.size === 0) this.clear();
    else this.#storage?.setItem(this.#key, [...hosts].join("\n"));
  }
}

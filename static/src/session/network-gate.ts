/** Asks the person about hosts that a notebook wants to reach, and about their redirects; remembers the answers. */
import type { ErrorBody } from "../contracts/generated.ts";
import { decide, type NetworkRequest, type NetworkRules, refusal } from "./network-policy.ts";
import type { TextStorage } from "./settings.ts";

export interface NetworkAsk {
  /** What is granted or denied: the host itself, or that it may send on. */
  grant: string;
  host: string;
  /** The host was reached, and sends on to an address that browsers do not tell. */
  isRedirect: boolean;
  /** The relay asks the host, not this browser. */
  isRelayed: boolean;
  /** The first address that was asked for. */
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
    if (await this.#ask({ ...request, host, grant: host, isRedirect: false, isRelayed })) return null;
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
    if (await this.#ask({ ...request, host, grant: redirectsOf(host), isRedirect: true, isRelayed: false }))
      return null;
    return refusal(
      `You did not allow ${host} to send this notebook on to another address.`,
      "Ask for the address it leads to, or allow it when the cell runs again.",
    );
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

  #ask({ grant, host, isRedirect, isRelayed, url, method }: NetworkAsk): Promise<boolean> {
    if (this.#denied.has(grant)) return Promise.resolve(false);
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(grant);
      if (waiting !== undefined) {
        waiting.answers.push(resolve);
        return;
      }
      this.#waiting.set(grant, {
        ask: { grant, host, isRedirect, isRelayed, url, method },
        answers: [resolve],
      });
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

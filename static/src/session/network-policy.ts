/** Which addresses Python may reach: a pure decision over a URL, the page's own address and what was granted. */
import type { ErrorBody } from "../contracts/generated.ts";
import { isPrivateHost } from "./private-hosts.ts";

export interface NetworkRules {
  /** The origin that serves this page; it carries the person's cookies and data. */
  appOrigin: string;
  /** Addresses of the package index and the store, ending in "/"; only read from. */
  readablePrefixes: readonly string[];
  /** Hosts (with port, if not the scheme's own) the person granted. */
  granted: ReadonlySet<string>;
  /** The relay carries the request out: which private hosts it reaches is its operator's decision. */
  isRelayed?: boolean;
}

export type NetworkDecision =
  | { verdict: "allow" }
  | { verdict: "ask"; host: string }
  | { verdict: "refuse"; error: ErrorBody };

export interface NetworkRequest {
  url: string;
  method: string;
}

const READING_METHODS = ["GET", "HEAD"];

export function decide(request: NetworkRequest, rules: NetworkRules): NetworkDecision {
  const url = URL.parse(request.url);
  if (url === null)
    return refuse(`${request.url} is not an address.`, "Give a whole address, with https:// in front.");
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    return refuse(
      `Addresses that begin with ${url.protocol} cannot be read.`,
      "Use an http or https address.",
    );
  }
  if (url.username !== "" || url.password !== "") {
    return refuse("The address contains a user name or a password.", "Send it in an Authorization header.");
  }
  if (isReadable(url, request.method, rules)) return { verdict: "allow" };
  if (url.origin === rules.appOrigin) {
    return refuse(
      "The notebook app's own address is closed to Python.",
      "Upload the file to the working folder and open it there.",
    );
  }
  if (!rules.isRelayed && isPrivateHost(url.hostname)) {
    return refuse(
      `${url.hostname} is in a private network.`,
      "Notebooks may not reach this computer or its network. Upload the file to the working folder instead.",
    );
  }
  return rules.granted.has(url.host) ? { verdict: "allow" } : { verdict: "ask", host: url.host };
}

export function refusal(message: string, hint: string): ErrorBody {
  return { code: "network_refused", message, hint };
}

function refuse(message: string, hint: string): NetworkDecision {
  return { verdict: "refuse", error: refusal(message, hint) };
}

function isReadable(url: URL, method: string, rules: NetworkRules): boolean {
  const reads = READING_METHODS.includes(method.toUpperCase());
  // An encoded slash or dot could be decoded by a server behind the prefix check.
  const plain = !/%2f|%2e|%5c|\\/i.test(url.pathname);
  return reads && plain && rules.readablePrefixes.some((prefix) => url.href.startsWith(new URL(prefix).href));
}

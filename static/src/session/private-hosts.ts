/** Hosts that are not the public internet: this computer, its network, and names only a local resolver knows. */

const PRIVATE_SUFFIXES = ["localhost", "local", "internal", "intranet", "lan", "home", "corp", "home.arpa"];

/** First address and prefix length of each range that is not globally reachable (IANA special-purpose registries). */
const PRIVATE_RANGES: readonly [string, number][] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 3],
];

/** `hostname` as the URL parser gives it: lower case, numeric IPv4 in dotted form, IPv6 in brackets. */
export function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/\.$/, "");
  if (host.startsWith("[")) return isPrivateIpv6(host.slice(1, -1));
  if (/^\d+\.\d+\.\d+\.\d+$/.test(host)) return isPrivateIpv4(host);
  const isSingleLabel = !host.includes(".");
  return isSingleLabel || PRIVATE_SUFFIXES.some((suffix) => host.endsWith(`.${suffix}`));
}

function isPrivateIpv4(address: string): boolean {
  const value = ipv4Number(address);
  return PRIVATE_RANGES.some(([start, length]) => {
    const size = 2 ** (32 - length);
    return Math.floor(value / size) === Math.floor(ipv4Number(start) / size);
  });
}

/** Only 2000::/3 is global; of it, ranges that carry an IPv4 address inside (6to4, Teredo) count as private. */
function isPrivateIpv6(address: string): boolean {
  const first = Number.parseInt(address.split(":")[0] || "0", 16);
  if (first < 0x2000 || first > 0x3fff) return true;
  return first === 0x2002 || /^2001:(0:|:)/.test(address);
}

function ipv4Number(address: string): number {
  return address.split(".").reduce((value, part) => value * 256 + Number(part), 0);
}

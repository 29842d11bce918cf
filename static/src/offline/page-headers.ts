/** The security headers of the client's pages, for hosts that send none. */
import {
  APP_CONTENT_SECURITY_POLICY,
  CROSS_ORIGIN_EMBEDDER_POLICY,
  CROSS_ORIGIN_OPENER_POLICY,
  FRAME_CONTENT_SECURITY_POLICY,
} from "../contracts/generated.ts";

/** The headers to store with the page or frame at `path`; what the host sent already stays. */
export function withPageHeaders(path: string, sent: Headers): Headers {
  const headers = new Headers(sent);
  // The body is stored as it reads, so what described its transfer no longer holds.
  for (const name of ["content-encoding", "content-length", "transfer-encoding"]) headers.delete(name);
  if (!path.endsWith(".html")) return headers;
  const isFrame = path.startsWith("frames/");
  const wanted: Record<string, string> = {
    "content-security-policy": isFrame ? FRAME_CONTENT_SECURITY_POLICY : APP_CONTENT_SECURITY_POLICY,
    "cross-origin-embedder-policy": CROSS_ORIGIN_EMBEDDER_POLICY,
    "cross-origin-resource-policy": isFrame ? "cross-origin" : "same-origin",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
  };
  if (!isFrame) wanted["cross-origin-opener-policy"] = CROSS_ORIGIN_OPENER_POLICY;
  for (const [name, value] of Object.entries(wanted)) if (!headers.has(name)) headers.set(name, value);
  return headers;
}

/** A link opened before anybody knows what for: the first kernel of a page finds its frame and worker there. */
import type { KernelLink, LinkListener, OpenKernelLink } from "./kernel-link.ts";

/** Begins to open a link at once and gives it to the first who asks; everybody else gets one of their own. */
export function openedAhead(open: OpenKernelLink): OpenKernelLink {
  const given = new AbortController();
  let listener: LinkListener | null = null;
  const heard: LinkListener = {
    onMessage: (message) => listener?.onMessage(message),
    onFailure: (reason) => listener?.onFailure(reason),
  };
  let ahead: Promise<KernelLink> | null = open(heard, given.signal);
  // Whoever asks tries again.
  ahead.catch(() => {
    ahead = null;
  });
  return async (asking, signal) => {
    if (!ahead) return open(asking, signal);
    const link = ahead;
    ahead = null;
    listener = asking;
    signal.addEventListener("abort", () => given.abort(signal.reason));
    return link;
  };
}

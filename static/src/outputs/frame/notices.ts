/** Says in the frame what went wrong in it: a host that was not reached, an error in a script. */

export function createNotices(): HTMLElement {
  const notices = document.createElement("div");
  notices.className = "frame-notices";
  notices.setAttribute("role", "note");
  const hosts = new Set<string>();
  const blocked = document.createElement("p");
  document.addEventListener("securitypolicyviolation", (event) => {
    const host = hostOf(event.blockedURI);
    if (!host || hosts.has(host)) return;
    hosts.add(host);
    blocked.textContent = `Not loaded from ${[...hosts].join(", ")}: outputs have no access to the network.`;
    notices.append(blocked);
  });
  window.addEventListener("error", (event) => showError(notices, event.error ?? event.message));
  window.addEventListener("unhandledrejection", (event) => showError(notices, event.reason));
  return notices;
}

export function showError(notices: HTMLElement, error: unknown): void {
  if (notices.childElementCount > 5) return;
  const line = document.createElement("p");
  line.className = "frame-error";
  line.textContent = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  notices.append(line);
}

function hostOf(uri: string): string | null {
  return URL.canParse(uri) ? new URL(uri).host || null : null;
}

/** Asks whether this notebook may reach a host, while the cell that wants to waits. */
import { html, nothing } from "lit";
import { Globe } from "lucide";
import type { NotebookSession } from "../session/session.ts";
import { icon } from "./icon.ts";

export function networkBar(session: NotebookSession, cellWords: string) {
  const [ask] = session.networkRequests;
  if (!ask) return nothing;
  const { grant, host, isRedirect, isRelayed, method, url } = ask;
  const words = isRedirect
    ? html`<strong>${host}</strong> sends ${cellWords.replace(/^./, (first) => first.toLowerCase())} on to
        another address, which browsers do not tell beforehand. Follow?`
    : html`${cellWords} wants to reach <strong>${host}</strong>${isRelayed ? " through the relay" : ""}.`;
  return html`<section class="network-bar" role="alertdialog" aria-label="Network permission">
    ${icon(Globe)}
    <p>
      ${words}
      <span class="soft network-address" title=${url}>${method} ${url}</span>
    </p>
    <div class="network-answers">
      <button class="button primary" @click=${() => session.allowHost(grant, "once")}>Allow once</button>
      <button class="button" @click=${() => session.allowHost(grant, "always")}>Always in this notebook</button>
      <button class="button" @click=${() => session.denyHost(grant)}>Deny</button>
    </div>
  </section>`;
}

/** Asks whether this notebook may reach a host or a database, while the cell that wants to waits. */
import { html, nothing } from "lit";
import { Globe } from "lucide";
import type { NetworkAsk } from "../session/network-gate.ts";
import type { NotebookSession } from "../session/session.ts";
import { icon } from "./icon.ts";

export function networkBar(session: NotebookSession, cellWords: string) {
  const [ask] = session.networkRequests;
  if (!ask) return nothing;
  const { grant, method, url } = ask;
  return html`<section class="network-bar" role="alertdialog" aria-label="Network permission">
    ${icon(Globe)}
    <p>
      ${wordsOf(ask, cellWords)}
      <span class="soft network-address" title=${url}>${method} ${url}</span>
    </p>
    <div class="network-answers">
      <button class="button primary" @click=${() => session.allowHost(grant, "once")}>Allow once</button>
      <button class="button" @click=${() => session.allowHost(grant, "always")}>Always in this notebook</button>
      <button class="button" @click=${() => session.denyHost(grant)}>Deny</button>
    </div>
  </section>`;
}

function wordsOf({ host, way }: NetworkAsk, cellWords: string) {
  const name = html`<strong>${host}</strong>`;
  if (way === "redirect") {
    const cell = cellWords.replace(/^./, (first) => first.toLowerCase());
    return html`${name} sends ${cell} on to another address, which browsers do not tell beforehand. Follow?`;
  }
  if (way === "database") {
    return html`${cellWords} wants to query the database ${name} with your rights, whoever runs it.`;
  }
  if (way === "right") return html`${cellWords} wants to ${name} with your rights, whoever runs it.`;
  return html`${cellWords} wants to reach ${name}${way === "relay" ? " through the relay" : ""}.`;
}

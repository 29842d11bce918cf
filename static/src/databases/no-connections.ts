/** What the schema browser says of the connections themselves: what was chosen, and why there is none. */
import { html } from "lit";
import type { DocumentConnections } from "../contracts/generated-databases.ts";
import type { UsableConnections } from "./data-requests.ts";
import { counted } from "./schema-tree.ts";

/** What the owners of a shared notebook chose; null while nobody knows. */
export function choiceView(ofNotebook: DocumentConnections | null, choose: () => void) {
  return html`<div class="schema-choice">
    <span class="soft">${ofNotebook === null ? "A shared notebook" : wordsOf(ofNotebook.chosen ?? null)}</span>
    <button class="button" aria-label="Connections of this notebook…" @click=${choose}>Connections…</button>
  </div>`;
}

function wordsOf(chosen: readonly string[] | null): string {
  if (chosen === null) return "What each person may use";
  return chosen.length === 0
    ? "Its owners chose none"
    : `Its owners chose ${counted(chosen.length, "connection")}`;
}

export function noConnections({ mayManage, ofNotebook }: UsableConnections, manage: () => void) {
  if (ofNotebook !== null && ofNotebook.offered.length > 0)
    return html`<div class="schema-refused">
      <p><strong>This notebook may use none of your connections.</strong></p>
      <p>Its owners choose them.</p>
    </div>`;
  return html`<div class="schema-refused">
    <p><strong>No connection is declared for you.</strong></p>
    ${
      mayManage
        ? html`<p>Add one here, or at the relay's command line:</p>
            <pre>wasm-runtime connection add warehouse postgresql://reader@db/shop</pre>
            <button class="button primary" @click=${manage}>Add a connection…</button>`
        : html`<p>Ask whoever runs this relay to declare one for your account.</p>`
    }
  </div>`;
}

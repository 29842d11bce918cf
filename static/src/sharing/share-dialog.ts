/** How others come to this notebook: its address, to copy. */
import { html } from "lit";
import { Copy } from "lucide";
import { showDialog } from "../elements/dialog.ts";
import { icon } from "../elements/icon.ts";
import type { AccessPanel } from "./access-panel.ts";

export interface ShareableRoom {
  /** Aborted when there is nothing to share any more. */
  signal: AbortSignal;
  /** The page's address that joins the room. */
  address: URL;
  /** Who may use it. */
  access: AccessPanel;
  say(message: string): void;
}

/** Resolves when the dialog is closed. */
export async function openShareDialog({ address, access, say, signal }: ShareableRoom): Promise<void> {
  await showDialog({ title: "Share this notebook" }, (close) => {
    signal.addEventListener("abort", () => close(null));
    const copy = async () => {
      await navigator.clipboard.writeText(address.href);
      close(null);
      say("The address is copied.");
    };
    const select = (event: Event) => (event.target as HTMLInputElement).select();
    return html`
      <p>Whoever may open this address works in the notebook together with you. Each browser keeps a copy, so it also works offline.</p>
      <label class="dialog-field">
        <span>Address</span>
        <input class="field" readonly autofocus .value=${address.href} @focus=${select} />
      </label>
      ${access}
      <footer class="dialog-footer">
        <button class="button" @click=${() => close(null)}>Close</button>
        <button class="button primary" @click=${copy}>${icon(Copy)}Copy the address</button>
      </footer>
    `;
  });
}

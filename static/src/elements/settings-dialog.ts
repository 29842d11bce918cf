/** What a person can choose for this browser. */
import { html, nothing } from "lit";
import { X } from "lucide";
import type { NetworkGate } from "../session/network-gate.ts";
import type { SettingsStore, Theme } from "../session/settings.ts";
import type { SpareChoice } from "../session/spare-policy.ts";
import { showDialog } from "./dialog.ts";
import { icon } from "./icon.ts";
import type { NotebookController } from "./notebook-controller.ts";

const THEMES: readonly { value: Theme; words: string }[] = [
  { value: "system", words: "As the system" },
  { value: "light", words: "Light" },
  { value: "dark", words: "Dark" },
];

const SPARE_CHOICES: readonly { value: SpareChoice; words: string }[] = [
  { value: "automatic", words: "If memory allows" },
  { value: "always", words: "Always" },
  { value: "never", words: "Never" },
];

export function showSettings(
  settings: SettingsStore,
  controller: NotebookController,
  network: NetworkGate,
): Promise<null> {
  const { theme, autoInstall, spareKernel } = settings.current;
  return showDialog<null>(
    { title: "Settings", extraClass: "settings" },
    (close) => html`
      <fieldset>
        <legend>Theme</legend>
        <div class="choices">
          ${THEMES.map(
            ({ value, words }) => html`<label class="choice">
              <input type="radio" name="theme" value=${value} ?checked=${value === theme}
                @change=${() => settings.change({ theme: value })} /><span>${words}</span>
            </label>`,
          )}
        </div>
      </fieldset>
      <label class="switch-row">
        <input type="checkbox" ?checked=${autoInstall}
          @change=${(event: Event) => settings.change({ autoInstall: (event.target as HTMLInputElement).checked })} />
        <span><strong>Install missing packages</strong>
          <span class="soft">An import that is not there is looked up in the package index. Takes effect when the kernel starts next.</span></span>
      </label>
      <label class="switch-row">
        <input type="checkbox" ?checked=${controller.allLineNumbers}
          @change=${(event: Event) => controller.setAllLineNumbers((event.target as HTMLInputElement).checked)} />
        <span><strong>Line numbers</strong><span class="soft">In all code cells. Shift L switches them, L those of one cell.</span></span>
      </label>
      <fieldset>
        <legend>Keep a second Python ready</legend>
        <div class="choices">
          ${SPARE_CHOICES.map(
            ({ value, words }) => html`<label class="choice">
              <input type="radio" name="spare-kernel" value=${value} ?checked=${value === spareKernel}
                @change=${() => settings.change({ spareKernel: value })} /><span>${words}</span>
            </label>`,
          )}
        </div>
        <p class="soft">A restart and the next notebook then start at once. It takes some hundred megabytes.</p>
      </fieldset>
      ${hosts(network)}
      <footer class="dialog-footer"><button class="button primary" @click=${() => close(null)}>Done</button></footer>
    `,
  );
}

/** Where this notebook may read from, each with a way to take that back. */
function hosts(network: NetworkGate) {
  const granted = network.grantedHosts;
  if (granted.length === 0) return nothing;
  const forget = (host: string) => (event: Event) => {
    network.forget(host);
    (event.currentTarget as HTMLElement).closest("li")?.remove();
  };
  return html`<fieldset>
    <legend>This notebook may reach</legend>
    <ul class="dialog-list">
      ${granted.map(
        (host) => html`<li><span>${host}</span>
          <button class="icon-button" aria-label=${`Take back ${host}`} title="Ask again" @click=${forget(host)}>${icon(X)}</button></li>`,
      )}
    </ul>
  </fieldset>`;
}

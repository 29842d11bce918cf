/** The kernel's state in the header, with its details behind a click. */
import { html, nothing } from "lit";
import { styleMap } from "lit/directives/style-map.js";
import { Check, Circle, CloudAlert, LoaderCircle } from "lucide";
import type { KernelState } from "../kernel/kernel.ts";
import type { OfflineState } from "../offline/register.ts";
import { CAPABILITIES } from "../session/capabilities.ts";
import { readableDuration } from "./duration.ts";
import { icon } from "./icon.ts";
import { elsewhereWords, kernelWords, START_STEPS } from "./kernel-words.ts";
import type { HeaderParts } from "./notebook-header.ts";

export function kernelStatus({
  controller,
  commands,
  environments,
  offline,
  chooseEnvironment,
}: HeaderParts) {
  const { session } = controller;
  const { kernel, hostElsewhere } = session;
  const words = hostElsewhere
    ? elsewhereWords(hostElsewhere, session.running !== null)
    : kernelWords(kernel.state);
  const name = controller.notebook.environment ?? environments[0]?.name ?? "";
  return html`<button class="kernel-pill" popovertarget="kernel-details" data-tone=${words.tone}
      aria-label=${`Kernel: ${words.short}. ${words.detail}`} title=${words.detail}>
      <span class="kernel-dot"></span><span class="kernel-words">${words.short}</span>
      ${name ? html`<span class="kernel-environment soft">${name}</span>` : nothing}
    </button>
    <div class="kernel-details" id="kernel-details" popover role="dialog" aria-label="Kernel">
      <h2>${words.short}</h2>
      <p class="soft">${words.detail}</p>
      ${
        hostElsewhere
          ? html`<button class="button" @click=${() => session.runHere()}>Run it here</button>`
          : nothing
      }
      ${failure(kernel.state)}
      ${kernel.note ? html`<p class="kernel-note">${kernel.note}</p>` : nothing}
      ${steps(kernel.state, kernel.timings)}
      ${
        environments.length > 0
          ? html`<label class="dialog-field"><span>Environment</span>
              <select class="field" @change=${(event: Event) => chooseEnvironment((event.target as HTMLSelectElement).value)}>
                ${environments.map((each) => html`<option value=${each.name} ?selected=${each.name === name}>${each.title || each.name}</option>`)}
              </select></label>`
          : nothing
      }
      ${missing(kernel.capabilities)} ${offlineWords(offline)}
      <footer class="dialog-footer">
        <button class="button" @click=${commands.restart}>${kernel.state.kind === "off" ? "Start" : "Restart"}</button>
      </footer>
    </div>`;
}

/** The line below the header while the kernel starts; it takes no room, so nothing moves. */
export function startProgress(state: KernelState) {
  if (state.kind !== "starting") return nothing;
  const { detail, done } = kernelWords(state);
  return html`<div class="start-progress" role="progressbar" aria-label="Starting Python" aria-valuetext=${detail}
      aria-valuenow=${done === null ? nothing : Math.round(done * 100)} aria-valuemin="0" aria-valuemax="100">
      <div class="start-progress-bar" ?data-unknown=${done === null} style=${styleMap({ width: `${(done ?? 1) * 100}%` })}></div>
      <span class="start-progress-words">${detail}</span>
    </div>`;
}

function steps(state: KernelState, timings: Readonly<Record<string, number>>) {
  const current =
    state.kind === "starting" ? START_STEPS.findIndex(({ step }) => step === state.progress.step) : -1;
  if (state.kind !== "starting" && Object.keys(timings).length === 0) return nothing;
  const rows = START_STEPS.filter(({ step }) => state.kind === "starting" || timings[step] !== undefined);
  return html`<ol class="start-steps">
    ${rows.map(({ step, words }) => {
      const at = START_STEPS.findIndex((known) => known.step === step);
      const drawing = current < 0 || at < current ? Check : at === current ? LoaderCircle : Circle;
      const seconds = timings[step];
      return html`<li data-done=${current < 0 || at < current}>
        ${icon(drawing, at === current ? "spinning" : "")}<span>${words}</span>
        ${seconds === undefined ? nothing : html`<span class="soft">${readableDuration(seconds)}</span>`}
      </li>`;
    })}
  </ol>`;
}

function offlineWords(state: OfflineState | null) {
  if (state === null) return nothing;
  const [drawing, words] = {
    preparing: [LoaderCircle, "Getting ready for offline use…"] as const,
    ready: [Check, "Available offline"] as const,
    failed: [CloudAlert, "Not available offline"] as const,
    unsupported: [CloudAlert, "Not available offline"] as const,
  }[state.kind];
  const reason =
    "reason" in state ? state.reason : "The notebook, Python and its packages are kept in this browser.";
  return html`<p class="offline-state soft" title=${reason}>
    ${icon(drawing, state.kind === "preparing" ? "spinning" : "")}<span>${words}</span>
  </p>`;
}

function failure(state: KernelState) {
  if (state.kind !== "failed" || !state.error.hint) return nothing;
  return html`<p class="kernel-note">${state.error.hint}</p>`;
}

/** What this browser cannot do, each with what happens instead. */
function missing(capabilities: readonly { name: string }[]) {
  if (capabilities.length === 0) return nothing;
  const absent = Object.entries(CAPABILITIES).filter(
    ([name]) =>
      ["interrupt", "input", "blocking_wait"].includes(name) &&
      !capabilities.some((has) => has.name === name),
  );
  return absent.map(([, { fallback }]) => html`<p class="kernel-note">${fallback}</p>`);
}

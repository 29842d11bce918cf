/** The line that input() and getpass() wait for, inside the cell that asks. */
import { html } from "lit";
import { ref } from "lit/directives/ref.js";
import type { PendingInput } from "../session/session.ts";

/** `answer(null)` cancels. */
export function inputPrompt(input: PendingInput, answer: (value: string | null) => void) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const field = (event.target as HTMLFormElement).elements.namedItem("answer") as HTMLInputElement;
    answer(field.value);
  };
  const cancelOnEscape = (event: KeyboardEvent) => {
    event.stopPropagation();
    if (event.key === "Escape") answer(null);
  };
  const focusOnce = (field?: Element) => {
    if (field instanceof HTMLInputElement && field.dataset["asked"] !== input.inputId) {
      field.dataset["asked"] = input.inputId;
      queueMicrotask(() => field.focus());
    }
  };
  return html`<form class="cell-input" @submit=${submit}>
    <label>
      <span class="cell-input-prompt">${input.prompt || "Input:"}</span>
      <input class="field" name="answer" type=${input.password ? "password" : "text"} autocomplete="off"
        spellcheck="false" @keydown=${cancelOnEscape} ${ref(focusOnce)} />
    </label>
    <button class="button primary">Send</button>
    <button class="button" type="button" @click=${() => answer(null)}>Cancel</button>
  </form>`;
}

/** A native modal dialog around a template; resolves with what closed it, null for Escape or a click outside. */
import { html, render, type TemplateResult } from "lit";
import { X } from "lucide";
import { icon } from "./icon.ts";

export interface DialogOptions {
  title: string;
  extraClass?: string;
}

export function showDialog<Result>(
  { title, extraClass = "" }: DialogOptions,
  content: (close: (result: Result | null) => void) => TemplateResult,
): Promise<Result | null> {
  const dialog = document.createElement("dialog");
  dialog.className = `dialog ${extraClass}`;
  dialog.setAttribute("aria-label", title);
  document.body.append(dialog);
  return new Promise((resolve) => {
    let result: Result | null = null;
    const close = (value: Result | null) => {
      result = value;
      dialog.close();
    };
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(result);
    });
    dialog.addEventListener("pointerdown", (event) => {
      if (event.target === dialog) close(null);
    });
    render(
      html`<div class="dialog-inside">
        <header class="dialog-header">
          <h2>${title}</h2>
          <button class="icon-button" aria-label="Close" @click=${() => close(null)}>${icon(X)}</button>
        </header>
        ${content(close)}
      </div>`,
      dialog,
    );
    dialog.showModal();
    dialog.querySelector<HTMLElement>("[autofocus]")?.focus();
  });
}

/** Resolves to whether the person agreed. */
export async function askToConfirm(title: string, words: string, action: string): Promise<boolean> {
  const agreed = await showDialog<true>(
    { title },
    (close) => html`
      <p>${words}</p>
      <footer class="dialog-footer">
        <button class="button" @click=${() => close(null)}>Cancel</button>
        <button class="button primary" autofocus @click=${() => close(true)}>${action}</button>
      </footer>
    `,
  );
  return agreed === true;
}

/** Resolves to the line entered, null when cancelled. */
export function askForText(options: {
  title: string;
  label: string;
  action: string;
  value?: string;
  type?: "text" | "url";
  hint?: string;
}): Promise<string | null> {
  return showDialog<string>({ title: options.title }, (close) => {
    const submit = (event: SubmitEvent) => {
      event.preventDefault();
      const field = (event.target as HTMLFormElement).elements.namedItem("text") as HTMLInputElement;
      close(field.value.trim());
    };
    return html`<form @submit=${submit}>
      <label class="dialog-field">
        <span>${options.label}</span>
        <input class="field" name="text" type=${options.type ?? "text"} .value=${options.value ?? ""} required autofocus
          autocomplete="off" />
      </label>
      ${options.hint ? html`<p class="soft">${options.hint}</p>` : ""}
      <footer class="dialog-footer">
        <button class="button" type="button" @click=${() => close(null)}>Cancel</button>
        <button class="button primary">${options.action}</button>
      </footer>
    </form>`;
  });
}

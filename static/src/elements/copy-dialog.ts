/** Asks which one to open: the person's copy of a notebook, or the file at its address, which has changed since. */
import { html } from "lit";
import { showDialog } from "./dialog.ts";

/** null when the person chose neither. */
export function askCopyOrOriginal(title: string): Promise<"copy" | "original" | null> {
  return showDialog<"copy" | "original">(
    { title: "You have a copy of this notebook" },
    (close) => html`
      <p>“${title || "Untitled"}” was opened from this address before, and the file there has changed since.</p>
      <footer class="dialog-footer">
        <button class="button" @click=${() => close("original")}>Open the new version</button>
        <button class="button primary" autofocus @click=${() => close("copy")}>Open my copy</button>
      </footer>
    `,
  );
}

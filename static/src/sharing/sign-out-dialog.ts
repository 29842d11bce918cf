/** What is asked before somebody signs out: where, and whether what this browser keeps may stay. */
import { html, nothing } from "lit";
import type { Session } from "../contracts/generated.ts";
import { showDialog } from "../elements/dialog.ts";

export interface SignOutChoice {
  /** In all browsers, on all machines. */
  everywhere: boolean;
  /** The notebook shall not stay in this browser. */
  removes: boolean;
}

/** `onlyHere`: why the notebook cannot be removed without losing something; empty when it can. */
export async function askToSignOut(
  { user, guest = false }: Session,
  onlyHere: string,
): Promise<SignOutChoice | null> {
  return showDialog<SignOutChoice>({ title: "Sign out" }, (close) => {
    const submit = (event: SubmitEvent) => {
      event.preventDefault();
      const given = new FormData(event.target as HTMLFormElement);
      close({ everywhere: given.has("everywhere"), removes: given.has("removes") });
    };
    const place = onlyHere || "It stays on the server. Otherwise whoever uses this browser can read it here.";
    return html`<form @submit=${submit}>
      <p>${guest ? `You are here as ${user?.name}. To come back you need the link again.` : `You are signed in as ${user?.name}.`}</p>
      ${guest ? nothing : choice("everywhere", "Sign out everywhere", "In all browsers and on all machines.", true)}
      ${choice("removes", "Remove this notebook from this browser", place, onlyHere === "")}
      <footer class="dialog-footer">
        <button type="button" class="button" @click=${() => close(null)}>Cancel</button>
        <button class="button primary" autofocus>Sign out</button>
      </footer>
    </form>`;
  });
}

function choice(name: keyof SignOutChoice, words: string, hint: string, isPossible: boolean) {
  return html`<label class="switch-row">
    <input type="checkbox" name=${name} ?disabled=${!isPossible} />
    <span><strong>${words}</strong><span class="soft">${hint}</span></span>
  </label>`;
}

/** Who one is in a shared notebook: a picture, and behind it the account with its way out. */
import { html } from "lit";
import { LogOut } from "lucide";
import type { User } from "../contracts/generated.ts";
import { icon } from "../elements/icon.ts";
import { ROLE_WORDS } from "./access-words.ts";
import { avatar } from "./avatar.ts";
import type { OwnAccess } from "./own-access.ts";

export interface AccountActs {
  signIn(): void;
  signOut(): void;
}

/** `shown`: how the others see the person; without accounts, and before the relay has answered, that is all. */
export function accountMenu(shown: User, { session, user, role, isSignedOut }: OwnAccess, acts: AccountActs) {
  if (isSignedOut) return html`<button class="button quiet" @click=${acts.signIn}>Sign in</button>`;
  if (session?.mode !== "accounts" || !user) {
    const label = `You: ${shown.name}`;
    return html`<span class="person" role="img" title=${`${shown.name} (you)`} aria-label=${label}>${avatar(shown)}</span>`;
  }
  const label = `Your account: ${user.name}`;
  return html`<button class="person" popovertarget="account-details" title=${label} aria-label=${label}>${avatar(user)}</button>
    <div class="kernel-details account-details" id="account-details" popover role="dialog" aria-label="Your account">
      <h2>${user.name}</h2>
      <p class="soft">${session.guest ? "You came by a link, without an account." : "You are signed in."}
        ${role ? ROLE_WORDS[role].you : ""}</p>
      <footer class="dialog-footer">
        <button class="button" popovertarget="account-details" @click=${acts.signOut}>${icon(LogOut)}Sign out…</button>
      </footer>
    </div>`;
}

/** Becoming somebody the relay knows: by password, at an identity provider, or by a link with a name. */
import { html, nothing } from "lit";
import { LINK_FRAGMENT, type RedeemedLink, type Session } from "../contracts/generated.ts";
import { askForText, showDialog } from "../elements/dialog.ts";
import { AccessError, type AccessRequests } from "./access-requests.ts";

/** Resolves to the new session, null when the person closed the dialog. */
export async function askToSignIn(requests: AccessRequests, why: string): Promise<Session | null> {
  const { passwords, provider } = await requests.session();
  const status = document.createElement("p");
  status.className = "access-refusal";
  status.setAttribute("role", "alert");
  return showDialog<Session>({ title: "Sign in" }, (close) => {
    const submit = async (event: SubmitEvent) => {
      event.preventDefault();
      const given = new FormData(event.target as HTMLFormElement);
      try {
        close(await requests.signIn(String(given.get("name")), String(given.get("password"))));
      } catch (error) {
        if (!(error instanceof AccessError)) throw error;
        status.textContent = [error.message, error.hint].filter(Boolean).join(" ");
      }
    };
    const goToProvider = () => location.assign(requests.providerAddress(new URL(location.href)));
    return html`<p>${why}</p>
      ${
        provider
          ? html`<button class="button primary access-provider" @click=${goToProvider}>Sign in with ${provider}</button>`
          : nothing
      }
      ${
        passwords
          ? html`<form @submit=${submit}>
            <label class="dialog-field"><span>Name</span>
              <input class="field" name="name" autocomplete="username" required autofocus /></label>
            <label class="dialog-field"><span>Password</span>
              <input class="field" name="password" type="password" autocomplete="current-password" required /></label>
            ${status}
            <footer class="dialog-footer">
              <button type="button" class="button" @click=${() => close(null)}>Cancel</button>
              <button class="button primary">Sign in</button>
            </footer>
          </form>`
          : nothing
      }`;
  });
}

/** The token in the page's address; it is taken out, so that it stays in no history and no copied address. */
export function takeLinkToken(): string | null {
  const token = new URLSearchParams(location.hash.slice(1)).get(LINK_FRAGMENT);
  if (token) history.replaceState(history.state, "", `${location.pathname}${location.search}`);
  return token;
}

/** Comes in by a link; who is nobody yet is asked for a name. Throws AccessError. */
export async function comeInByLink(requests: AccessRequests, token: string): Promise<RedeemedLink> {
  const { user } = await requests.session();
  const name = user
    ? user.name
    : await askForText({
        title: "Your name",
        label: "Others in this notebook see it",
        action: "Open the notebook",
        value: "Guest",
      });
  return requests.redeem(token, name ?? "Guest");
}

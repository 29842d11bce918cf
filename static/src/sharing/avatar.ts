/** A person as a small round mark: initials on their colour. */
import { html } from "lit";
import type { User } from "../contracts/generated.ts";
import { initialsOf } from "./person.ts";

export function avatar({ name, color }: User) {
  return html`<span class="avatar" style=${`--person: ${color}`} aria-hidden="true">${initialsOf(name)}</span>`;
}

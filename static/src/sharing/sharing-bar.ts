/** In the header of a shared notebook: what is saved where, who is here, comments and history. */
import { html, LitElement, nothing } from "lit";
import {
  CloudAlert,
  CloudCheck,
  CloudUpload,
  History,
  type IconNode,
  LoaderCircle,
  MessageSquare,
  WifiOff,
} from "lucide";
import type { Comments } from "../document/comments.ts";
import { icon } from "../elements/icon.ts";
import type { NotebookPage } from "../elements/notebook-page.ts";
import type { RoomClient } from "../sync/room-client.ts";
import { ROLE_WORDS } from "./access-words.ts";
import { type AccountActs, accountMenu } from "./account-menu.ts";
import { avatar } from "./avatar.ts";
import type { Following } from "./following.ts";
import type { OwnAccess } from "./own-access.ts";
import { type Person, peopleOf } from "./person.ts";
import type { RoomPresence } from "./room-presence.ts";
import { type SavePlace, saveWords } from "./save-words.ts";

export interface SharingBarParts {
  page: NotebookPage;
  client: RoomClient;
  presence: RoomPresence;
  comments: Comments;
  following: Following;
  access: OwnAccess;
  account: AccountActs;
  toggleComments(): void;
  showHistory(): void;
}

const DRAWINGS: Record<SavePlace, IconNode> = {
  server: CloudCheck,
  saving: LoaderCircle,
  waiting: CloudUpload,
  offline: WifiOff,
  ended: CloudAlert,
  failed: CloudAlert,
  not_kept: CloudAlert,
};
const MAX_SHOWN = 4;

export class SharingBar extends LitElement {
  static override properties = { showsComments: { attribute: false } };
  declare showsComments: boolean;
  readonly #parts: SharingBarParts;
  #spoken = "";
  #life = new AbortController();

  constructor(parts: SharingBarParts) {
    super();
    this.#parts = parts;
    this.showsComments = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#life = new AbortController();
    const { signal } = this.#life;
    const { page, client, presence, comments, following, access } = this.#parts;
    const update = () => this.requestUpdate();
    client.addEventListener("state", update, { signal });
    presence.addEventListener("change", update, { signal });
    following.addEventListener("change", update, { signal });
    access.addEventListener("change", update, { signal });
    comments.observe(update, signal);
    page.controller.session.on("save", update, signal);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#life.abort();
  }

  focusComments(): void {
    this.querySelector<HTMLElement>(".comments-button")?.focus();
  }

  protected override createRenderRoot(): this {
    return this;
  }

  protected override render() {
    const { presence, access, account } = this.#parts;
    return html`${this.#saveState()}${this.#roleChip()}
      <span class="people" role="group" aria-label="People in this notebook">${this.#people()}</span>
      ${accountMenu(presence.user, access, account)} ${this.#tools()}`;
  }

  #saveState() {
    const { page, client } = this.#parts;
    const { place, words, title, spoken } = saveWords(
      page.controller.session.saveState,
      client.state,
      client.waiting,
    );
    this.#spoken = spoken ?? this.#spoken;
    return html`<span class="save-state" data-state=${place} title=${title}>
        ${icon(DRAWINGS[place], place === "saving" ? "spinning" : "")}<span>${words}</span>
      </span>
      <span class="visually-hidden" role="status" aria-live="polite" id="room-status">${this.#spoken}</span>`;
  }

  /** Only where something is refused: to everybody else it says nothing. */
  #roleChip() {
    const { role } = this.#parts.access;
    if (!role || !ROLE_WORDS[role].refusal) return nothing;
    const { you, short } = ROLE_WORDS[role];
    return html`<span class="role-chip" title=${you}>${short}</span>`;
  }

  #people() {
    const { client } = this.#parts;
    const people = peopleOf(client.awareness.getStates(), client.awareness.clientID);
    const more = people.length - MAX_SHOWN;
    const hidden = people.slice(MAX_SHOWN).map((person) => person.user.name);
    return html`${people.slice(0, MAX_SHOWN).map((person) => this.#person(person))}
      ${more > 0 ? html`<span class="avatar more" title=${hidden.join(", ")}>+${more}</span>` : nothing}`;
  }

  #person({ user, cellId, isTyping }: Person) {
    const { following, page, presence } = this.#parts;
    const isFollowed = following.userId === user.id;
    const at = cellId === null ? -1 : page.controller.order.indexOf(cellId);
    const place = at < 0 ? "" : `, ${isTyping ? "types in" : "at"} cell ${at + 1}`;
    const name = user.id === presence.user.id ? "You, in another window" : user.name;
    const words = `${name}${place}. ${isFollowed ? "Stop following" : "Follow"}`;
    const toggle = () => {
      following.userId = isFollowed ? null : user.id;
    };
    return html`<button class="person" aria-pressed=${isFollowed} @click=${toggle} title=${words} aria-label=${words}>
      ${avatar(user)}
    </button>`;
  }

  #tools() {
    const { comments, toggleComments, showHistory } = this.#parts;
    const open = comments.threads().filter(({ isResolved }) => !isResolved).length;
    const words = open === 0 ? "Comments" : `Comments: ${open} open`;
    return html`<button class="icon-button comments-button" aria-pressed=${this.showsComments} title=${words}
        aria-label=${words} @click=${toggleComments}>
        ${icon(MessageSquare)}${open > 0 ? html`<span class="badge" aria-hidden="true">${open}</span>` : nothing}
      </button>
      <button class="icon-button" title="History" aria-label="History" @click=${showHistory}>${icon(History)}</button>`;
  }
}

customElements.define("sharing-bar", SharingBar);

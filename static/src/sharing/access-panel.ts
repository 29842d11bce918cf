/** Who may use a shared notebook: its people with their roles, and its links. */
import { html, LitElement, nothing, type TemplateResult } from "lit";
import { Copy, Trash } from "lucide";
import type { Link, Member, Session } from "../contracts/generated.ts";
import { askToConfirm } from "../elements/dialog.ts";
import { icon } from "../elements/icon.ts";
import { AccessError, type AccessRequests } from "./access-requests.ts";
import { endWords, LINK_ENDS, type LinkRole, ROLE_WORDS, type Role } from "./access-words.ts";
import { avatar } from "./avatar.ts";

export class AccessPanel extends LitElement {
  readonly #requests: AccessRequests;
  readonly #documentId: string;
  readonly #say: (message: string) => void;
  readonly #deleted: () => void;
  #session: Session | null = null;
  #role: Role | null = null;
  #members: readonly Member[] = [];
  #links: readonly Link[] = [];
  /** The address of the link that was just made: it is told once. */
  #made: URL | null = null;
  #refusal = "";

  constructor(
    requests: AccessRequests,
    documentId: string,
    { say, deleted }: { say(message: string): void; deleted(): void },
  ) {
    super();
    this.#deleted = deleted;
    this.#requests = requests;
    this.#documentId = documentId;
    this.#say = say;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.refresh();
  }

  /** Asks the relay anew. */
  refresh(): Promise<void> {
    return this.#act(() => this.#load());
  }

  protected override createRenderRoot(): this {
    return this;
  }

  async #load(): Promise<void> {
    this.#session = await this.#requests.session();
    this.#role = await this.#requests.role(this.#documentId);
    if (this.#session.mode !== "accounts" || this.#role === null) return;
    this.#members = (await this.#requests.members(this.#documentId)).members;
    if (this.#role === "owner") this.#links = (await this.#requests.links(this.#documentId)).links;
  }

  /** What the relay refuses is shown in its words. */
  async #act(act: () => Promise<void>): Promise<void> {
    this.#refusal = "";
    try {
      await act();
    } catch (error) {
      if (!(error instanceof AccessError)) throw error;
      this.#refusal = [error.message, error.hint].filter(Boolean).join(" ");
    }
    this.requestUpdate();
  }

  protected override render(): TemplateResult | typeof nothing {
    if (!this.#session) return html`<p class="access-refusal" role="alert">${this.#refusal}</p>`;
    const isOwner = this.#role === "owner";
    return html`${this.#session.mode === "accounts" ? this.#people(isOwner) : ALONE}
      ${isOwner && this.#session.mode === "accounts" ? this.#linkList() : nothing}
      ${isOwner ? this.#deletion() : nothing}
      <p class="access-refusal" role="alert">${this.#refusal}</p>`;
  }

  #deletion() {
    const words =
      "It goes from the server for good, with its history, comments and links. Nobody can open its address any more. Copies in browsers stay.";
    const act = () =>
      this.#act(async () => {
        if (!(await askToConfirm("Delete this notebook for everybody?", words, "Delete"))) return;
        await this.#requests.deleteDocument(this.#documentId);
        this.#deleted();
      });
    return html`<button class="button danger access-delete" @click=${act}>${icon(Trash)}Delete for everybody…</button>`;
  }

  #people(isOwner: boolean) {
    return html`<h3>People</h3>
      <ul class="access-list">${this.#members.map((member) => this.#member(member, isOwner))}</ul>
      ${isOwner ? this.#memberForm() : html`<p>${this.#role ? ROLE_WORDS[this.#role].you : "Nothing of this notebook is on the server yet."}</p>`}`;
  }

  #member({ user, role }: Member, isOwner: boolean) {
    const isSelf = user.id === this.#session?.user?.id;
    const change = (event: Event) => {
      const wanted = (event.target as HTMLSelectElement).value as Role;
      return this.#change(() => this.#requests.putMember(this.#documentId, user.name, wanted));
    };
    const remove = () => this.#change(() => this.#requests.removeMember(this.#documentId, user.id));
    return html`<li>
      ${avatar(user)}<span class="access-name">${user.name}${isSelf ? " (you)" : ""}</span>
      ${
        isOwner && !isSelf
          ? html`${roleChoice("role", role, `Role of ${user.name}`, ALL_ROLES, change)}
            <button class="icon-button" title="Remove" aria-label=${`Remove ${user.name}`} @click=${remove}>${icon(Trash)}</button>`
          : html`<span>${ROLE_WORDS[role].name}</span>`
      }
    </li>`;
  }

  #memberForm() {
    const add = (event: SubmitEvent) => {
      event.preventDefault();
      const form = event.target as HTMLFormElement;
      const given = new FormData(form);
      const name = String(given.get("name"));
      return this.#change(async () => {
        const changed = await this.#requests.putMember(this.#documentId, name, given.get("role") as Role);
        form.reset();
        return changed;
      });
    };
    return html`<form class="access-form" @submit=${add}>
      <input class="field" name="name" required placeholder="What they sign in with" aria-label="Name of a person" />
      ${roleChoice("role", "editor", "Role", ALL_ROLES)}
      <button class="button">Add</button>
    </form>`;
  }

  #change(request: () => Promise<{ members: Member[] }>): Promise<void> {
    return this.#act(async () => {
      this.#members = (await request()).members;
    });
  }

  #linkList() {
    const make = (event: SubmitEvent) => {
      event.preventDefault();
      const given = new FormData(event.target as HTMLFormElement);
      const seconds = Number(given.get("end"));
      return this.#act(async () => {
        const role = given.get("role") as LinkRole;
        const { link, token } = await this.#requests.makeLink(this.#documentId, role, seconds || null);
        this.#links = [link, ...this.#links];
        this.#made = this.#requests.linkAddress(this.#documentId, token);
      });
    };
    return html`<h3>Links</h3>
      ${this.#links.length === 0 ? html`<p>Whoever has a link comes in without an account.</p>` : nothing}
      <ul class="access-list">${this.#links.map((link) => this.#link(link))}</ul>
      ${this.#made ? this.#madeLink(this.#made) : nothing}
      <form class="access-form" @submit=${make}>
        ${roleChoice("role", "viewer", "What the link allows", LINK_ROLES)}
        <select class="field" name="end" aria-label="How long the link works">
          ${LINK_ENDS.map(({ seconds, words }) => html`<option value=${seconds}>${words}</option>`)}
        </select>
        <button class="button">Make a link</button>
      </form>`;
  }

  #link({ id, role, expires_at }: Link) {
    const revoke = () =>
      this.#act(async () => {
        this.#links = (await this.#requests.revokeLink(this.#documentId, id)).links;
        this.#made = null;
      });
    return html`<li>
      <span class="access-name">${ROLE_WORDS[role].link}</span>
      <span class="access-end">${endWords(expires_at ?? null, Date.now() / 1000)}</span>
      <button class="button" @click=${revoke}>Revoke</button>
    </li>`;
  }

  #madeLink({ href }: URL) {
    const select = (event: Event) => (event.target as HTMLInputElement).select();
    const copy = async () => {
      await navigator.clipboard.writeText(href);
      this.#say("The link is copied.");
    };
    return html`<div class="access-form">
      <input class="field" readonly aria-label="The new link" .value=${href} @focus=${select} />
      <button class="button primary" @click=${copy}>${icon(Copy)}Copy</button>
    </div>
    <p class="access-once">Copy it now: the server keeps no copy that could be shown again.</p>`;
  }
}

const LINK_ROLES: readonly LinkRole[] = ["viewer", "runner", "editor"];
const ALL_ROLES: readonly Role[] = [...LINK_ROLES, "owner"];

const ALONE = html`<p>Only you, at this machine, can open it. To invite others, start the server with
  <code>access = "accounts"</code> and add people with <code>wasm-runtime users add</code>.</p>`;

function roleChoice(
  name: string,
  chosen: Role,
  label: string,
  roles: readonly Role[],
  change?: (event: Event) => Promise<void>,
) {
  return html`<select class="field" name=${name} aria-label=${label} @change=${change ?? nothing}>
    ${roles.map((role) => html`<option value=${role} ?selected=${role === chosen}>${ROLE_WORDS[role].name}</option>`)}
  </select>`;
}

customElements.define("access-panel", AccessPanel);

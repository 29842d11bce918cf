/** The relay's connections for whoever runs it: what is declared where, a test of each, a form for a new one. */
import { html, LitElement, nothing } from "lit";
import { Plus } from "lucide";
import type {
  ConnectionTest,
  DeclaredConnection,
  DeclaredConnections,
} from "../contracts/generated-databases.ts";
import { askToConfirm } from "../elements/dialog.ts";
import { readableSize } from "../elements/duration.ts";
import { icon } from "../elements/icon.ts";
import type { OperatorRequests } from "./operator-requests.ts";
import { wordsOf } from "./relay-answers.ts";
import { ENGINES } from "./schema-tree.ts";

type Outcome = "testing" | ConnectionTest;

const ORIGINS: Record<string, string> = {
  store: "kept by the relay",
  file: "in the connections file",
  "built in": "comes with the relay",
};

export class ConnectionManager extends LitElement {
  static override properties = { isAdding: { state: true } };
  declare isAdding: boolean;
  readonly #requests: OperatorRequests;
  #connections: readonly DeclaredConnection[] | null = null;
  #error: unknown = null;
  /** Why the form was not taken. */
  #refusal: unknown = null;
  readonly #outcomes = new Map<string, Outcome>();

  constructor(requests: OperatorRequests) {
    super();
    this.#requests = requests;
    this.isAdding = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#take(() => this.#requests.connections());
  }

  protected override createRenderRoot(): this {
    return this;
  }

  protected override render() {
    const add = () => {
      this.isAdding = true;
      this.updateComplete.then(() => this.querySelector<HTMLElement>('[name="name"]')?.focus());
    };
    return html`
      ${this.#error === null ? nothing : refused(this.#error)}
      ${
        this.#connections === null
          ? this.#error === null
            ? html`<p class="soft">Asking the relay…</p>`
            : nothing
          : html`<ul class="operator-list">${this.#connections.map((connection) => this.#row(connection))}</ul>`
      }
      ${this.isAdding ? this.#form() : html`<button class="button" @click=${add}>${icon(Plus)}Add a connection</button>`}
    `;
  }

  #row({ info, origin, can_be_removed, users, max_queries, accepts_powerful_role }: DeclaredConnection) {
    const outcome = this.#outcomes.get(info.name);
    const who =
      users.length === 0
        ? "the person at the relay's machine"
        : users.includes("*")
          ? "everybody with an account"
          : users.join(", ");
    return html`<li>
      <div class="operator-row">
        <div>
          <strong>${info.name}</strong> <span class="soft">${ENGINES[info.engine]}, ${ORIGINS[origin] ?? origin}</span>
          ${info.description === "" ? nothing : html`<p>${info.description}</p>`}
          <p class="soft">For ${who}. At most ${info.max_seconds} s, ${info.max_rows.toLocaleString("en")} rows and ${readableSize(info.max_bytes)} a query, ${max_queries} at a time.${info.every_notebook === false ? " For shared notebooks only where their owners chose it." : ""}${accepts_powerful_role ? " Its role may do more than read." : ""}</p>
        </div>
        <button class="button" aria-label=${`Test ${info.name}`} ?disabled=${outcome === "testing"} @click=${() => void this.#test(info.name)}>Test</button>
        ${can_be_removed ? html`<button class="button" aria-label=${`Remove ${info.name}`} @click=${() => void this.#remove(info.name)}>Remove</button>` : nothing}
      </div>
      <div role="status">${outcome === undefined ? nothing : outcomeView(outcome)}</div>
    </li>`;
  }

  #form() {
    const submit = (event: SubmitEvent) => {
      event.preventDefault();
      void this.#add(event.target as HTMLFormElement);
    };
    const cancel = () => {
      this.isAdding = false;
      this.#refusal = null;
    };
    return html`<form class="operator-form" @submit=${submit} aria-label="New connection" autocomplete="off">
      <label class="dialog-field"><span>Name</span><input class="field" name="name" required pattern="[a-z][a-z0-9_\\-]{0,62}" placeholder="warehouse"
        title="A lower case letter, then letters, digits, _ and -" /></label>
      <label class="dialog-field"><span>Address, without the password</span><input class="field" name="url" required placeholder="postgresql://reader@db.example:5432/shop" /></label>
      <label class="dialog-field"><span>Password</span><input class="field" name="password" type="password" autocomplete="new-password" />
        <small class="soft">Sealed at the relay. It can be used and replaced there, never read back.</small></label>
      <label class="dialog-field"><span>Description</span><input class="field" name="description" placeholder="Orders since 2019" /></label>
      <label class="dialog-field"><span>Accounts that may use it</span><input class="field" name="users" placeholder="their ids, or * for everybody who has one" /></label>
      <label class="operator-check"><input type="checkbox" name="chosen" /> For a shared notebook only where its owners choose it</label>
      <label class="operator-check"><input type="checkbox" name="powerful" /> Accept a role that may do more than read</label>
      ${this.#refusal === null ? nothing : refused(this.#refusal)}
      <footer class="dialog-footer">
        <button class="button" type="button" @click=${cancel}>Cancel</button>
        <button class="button primary">Add and test</button>
      </footer>
    </form>`;
  }

  async #add(form: HTMLFormElement): Promise<void> {
    const given = new FormData(form);
    const text = (name: string) => String(given.get(name) ?? "").trim();
    const name = text("name");
    this.#refusal = null;
    try {
      const { connections } = await this.#requests.add({
        name,
        url: text("url"),
        // Spaces may be part of it.
        password: String(given.get("password") ?? ""),
        description: text("description"),
        users: text("users")
          .split(/[\s,]+/)
          .filter(Boolean),
        every_notebook: !given.has("chosen"),
        accept_powerful_role: given.has("powerful"),
      });
      this.#connections = connections;
      this.isAdding = false;
    } catch (error) {
      this.#refusal = error;
      this.requestUpdate();
      return;
    }
    await this.#test(name);
  }

  async #remove(name: string): Promise<void> {
    const words = `The relay forgets ${name} and its password. Cells that ask it fail from then on.`;
    if (!(await askToConfirm("Remove the connection?", words, "Remove"))) return;
    this.#outcomes.delete(name);
    await this.#take(() => this.#requests.remove(name));
  }

  async #test(name: string): Promise<void> {
    this.#outcomes.set(name, "testing");
    this.requestUpdate();
    try {
      this.#outcomes.set(name, await this.#requests.test(name));
    } catch (error) {
      const { message, hint } = wordsOf(error);
      this.#outcomes.set(name, { error: { code: "unavailable", message, hint } });
    }
    this.requestUpdate();
  }

  async #take(ask: () => Promise<DeclaredConnections>): Promise<void> {
    try {
      this.#connections = (await ask()).connections;
      this.#error = null;
    } catch (error) {
      this.#error = error;
    }
    this.requestUpdate();
  }
}

function outcomeView(outcome: Outcome) {
  if (outcome === "testing") return html`<p class="soft">Connecting…</p>`;
  if (!outcome.error)
    return html`<p class="operator-good">Works: ${outcome.version}, and its role only reads.</p>`;
  return html`<p class="operator-bad">${outcome.error.message} <span class="soft">${outcome.error.hint}</span></p>`;
}

export function refused(error: unknown) {
  const { message, hint } = wordsOf(error);
  return html`<p class="operator-bad" role="alert">${message} <span class="soft">${hint}</span></p>`;
}

customElements.define("connection-manager", ConnectionManager);

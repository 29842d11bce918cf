/** Which connections a shared notebook may use: for its owners to choose, for the others to read. */
import { html, LitElement, nothing } from "lit";
import type { ConnectionInfo, DocumentConnections } from "../contracts/generated-databases.ts";
import { showDialog } from "../elements/dialog.ts";
import { refused } from "./connection-manager.ts";
import type { DataRequests } from "./data-requests.ts";
import { ENGINES } from "./schema-tree.ts";

type Requests = Pick<DataRequests, "connections" | "choose" | "mayChoose">;

/** Resolves to whether something was chosen. */
export async function chooseConnections(requests: Requests): Promise<boolean> {
  const chosen = await showDialog<true>(
    { title: "Connections of this notebook" },
    (close) => html`${new NotebookConnections(requests, close)}`,
  );
  return chosen === true;
}

class NotebookConnections extends LitElement {
  static override properties = { isOpenToAll: { state: true } };
  /** Whether each person uses what they may. */
  declare isOpenToAll: boolean;
  readonly #requests: Requests;
  readonly #close: (chosen: true | null) => void;
  #found: DocumentConnections | null = null;
  #mayChoose = false;
  #refusal: unknown = null;

  constructor(requests: Requests, close: (chosen: true | null) => void) {
    super();
    this.#requests = requests;
    this.#close = close;
    this.isOpenToAll = true;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#attempt(async () => {
      const [{ ofNotebook }, mayChoose] = await Promise.all([
        this.#requests.connections(),
        this.#requests.mayChoose(),
      ]);
      this.#found = ofNotebook;
      this.#mayChoose = mayChoose;
      this.isOpenToAll = (ofNotebook?.chosen ?? null) === null;
    });
  }

  protected override createRenderRoot(): this {
    return this;
  }

  protected override render() {
    const refusal = this.#refusal === null ? nothing : refused(this.#refusal);
    if (!this.#found)
      return html`${this.#refusal === null ? html`<p role="status">Asking the relay…</p>` : refusal}`;
    const save = (event: SubmitEvent) => {
      event.preventDefault();
      const names = new FormData(event.target as HTMLFormElement).getAll("connection").map(String);
      void this.#attempt(async () => {
        await this.#requests.choose(this.isOpenToAll ? null : names);
        this.#close(true);
      });
    };
    const rows = rowsOf(this.#found);
    return html`<form @submit=${save}>
      <p>What is chosen here holds for everybody in this notebook. Nobody gets more by it than the relay's operator gave them.</p>
      <fieldset class="grant-ways" ?disabled=${!this.#mayChoose}>
        <legend class="visually-hidden">What this notebook may use</legend>
        ${this.#way(true, "What each person may use")} ${this.#exceptions(this.#found.offered)}
        ${this.#way(false, "Only these connections")}
        <fieldset class="grant-list" ?disabled=${this.isOpenToAll} aria-label="Connections">
          ${rows.length === 0 ? html`<p class="soft">None is declared for you.</p>` : rows.map(connectionRow)}
        </fieldset>
      </fieldset>
      ${this.#mayChoose ? nothing : html`<p class="soft">An owner of the notebook can change this.</p>`} ${refusal}
      <footer class="dialog-footer">
        <button class="button" type="button" @click=${() => this.#close(null)}>${this.#mayChoose ? "Cancel" : "Close"}</button>
        ${this.#mayChoose ? html`<button class="button primary">Save</button>` : nothing}
      </footer>
    </form>`;
  }

  #way(isOpenToAll: boolean, words: string) {
    const take = () => {
      this.isOpenToAll = isOpenToAll;
    };
    return html`<label class="grant"><input type="radio" name="way" ?checked=${this.isOpenToAll === isOpenToAll} @change=${take} /> ${words}</label>`;
  }

  #exceptions(offered: readonly ConnectionInfo[]) {
    const names = offered.filter(({ every_notebook }) => every_notebook === false).map(({ name }) => name);
    return names.length === 0
      ? nothing
      : html`<p class="soft grant-note">But not ${names.join(", ")}: only notebooks whose owners choose it use that.</p>`;
  }

  async #attempt(act: () => Promise<void>): Promise<void> {
    this.#refusal = null;
    try {
      await act();
    } catch (error) {
      this.#refusal = error;
    }
    this.requestUpdate();
  }
}

interface Row {
  name: string;
  about: string;
  isChosen: boolean;
}

/** What is offered, and what another owner chose. */
function rowsOf({ offered, chosen }: DocumentConnections): Row[] {
  const names = new Set(offered.map(({ name }) => name));
  const others = (chosen ?? []).filter((name) => !names.has(name));
  return [
    ...offered.map(({ name, engine, description }) => ({
      name,
      about: [ENGINES[engine], description].filter(Boolean).join(". "),
      isChosen: chosen?.includes(name) ?? false,
    })),
    ...others.map((name) => ({
      name,
      about: "Chosen by another owner; not for your account",
      isChosen: true,
    })),
  ];
}

function connectionRow({ name, about, isChosen }: Row) {
  return html`<label class="grant"><input type="checkbox" name="connection" value=${name} ?checked=${isChosen} />
    <span><strong>${name}</strong> <span class="soft">${about}</span></span></label>`;
}

customElements.define("notebook-connections", NotebookConnections);

/** What a shared notebook may reach: for its owners to choose, for the others to read. */
import { html, LitElement, nothing } from "lit";
import { showDialog } from "../elements/dialog.ts";
import { ChoiceFields } from "./choice-fields.ts";
import { refused } from "./connection-manager.ts";
import type { DataRequests } from "./data-requests.ts";
import { databaseChoice, hostChoice } from "./notebook-choices.ts";

type Requests = Pick<DataRequests, "connections" | "hosts" | "choose" | "chooseHosts" | "mayChoose">;

/** Resolves to whether something was chosen. */
export async function chooseConnections(requests: Requests): Promise<boolean> {
  const chosen = await showDialog<true>(
    { title: "Connections of this notebook" },
    (close) => html`${new NotebookConnections(requests, close)}`,
  );
  return chosen === true;
}

class NotebookConnections extends LitElement {
  readonly #requests: Requests;
  readonly #close: (chosen: true | null) => void;
  #databases: ChoiceFields | null = null;
  #hosts: ChoiceFields | null = null;
  #mayChoose = false;
  #refusal: unknown = null;

  constructor(requests: Requests, close: (chosen: true | null) => void) {
    super();
    this.#requests = requests;
    this.#close = close;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#attempt(async () => {
      const [{ ofNotebook }, hosts, mayChoose] = await Promise.all([
        this.#requests.connections(),
        this.#requests.hosts(),
        this.#requests.mayChoose(),
      ]);
      if (ofNotebook === null) return;
      const ofHosts = hostChoice(hosts);
      this.#databases = new ChoiceFields(databaseChoice(ofNotebook));
      this.#hosts = ofHosts && new ChoiceFields(ofHosts);
      for (const fields of [this.#databases, this.#hosts]) if (fields) fields.disabled = !mayChoose;
      this.#mayChoose = mayChoose;
    });
  }

  protected override createRenderRoot(): this {
    return this;
  }

  protected override render() {
    const refusal = this.#refusal === null ? nothing : refused(this.#refusal);
    if (!this.#databases)
      return html`${this.#refusal === null ? html`<p role="status">Asking the relay…</p>` : refusal}`;
    const save = (event: SubmitEvent) => {
      event.preventDefault();
      void this.#attempt(() => this.#save());
    };
    return html`<form @submit=${save}>
      <p>What is chosen here holds for everybody in this notebook. Nobody gets more by it than the relay's operator gave them.</p>
      ${this.#databases} ${this.#hosts}
      ${this.#mayChoose ? nothing : html`<p class="soft">An owner of the notebook can change this.</p>`} ${refusal}
      <footer class="dialog-footer">
        <button class="button" type="button" @click=${() => this.#close(null)}>${this.#mayChoose ? "Cancel" : "Close"}</button>
        ${this.#mayChoose ? html`<button class="button primary">Save</button>` : nothing}
      </footer>
    </form>`;
  }

  async #save(): Promise<void> {
    if (this.#databases?.isChanged) await this.#requests.choose(this.#databases.chosen);
    if (this.#hosts?.isChanged) await this.#requests.chooseHosts(this.#hosts.chosen);
    this.#close(true);
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

customElements.define("notebook-connections", NotebookConnections);

/** What databases add to one notebook's page: the schema browser, and what SQL cells need of it. */
import type { Extension } from "@codemirror/state";
import { html } from "lit";
import type * as Y from "yjs";
import type { Cell } from "../document/notebook.ts";
import type { Databases } from "../elements/databases.ts";
import type { NotebookPage } from "../elements/notebook-page.ts";
import { connectionField } from "./connection-field.ts";
import { DataRequests } from "./data-requests.ts";
import { adoptDatabaseStyles } from "./databases-styles.ts";
import { chooseConnections } from "./notebook-connections.ts";
import { showOperatorDialog } from "./operator-dialog.ts";
import { RelayAnswers } from "./relay-answers.ts";
import { SchemaPanel } from "./schema-panel.ts";
import { SchemaStore } from "./schema-store.ts";
import type { TreeNode } from "./schema-tree.ts";
import { connectionOf, sqlMetadata } from "./sql-cell.ts";
import { sqlEditing } from "./sql-editing.ts";
import { quoted, selectStatement, tableName } from "./sql-names.ts";
import { TableLook } from "./table-look.ts";

/** `base` is the address below which everything of the app lies. */
export async function startDatabases(page: NotebookPage, base: URL): Promise<Databases> {
  return new NotebookDatabases(page, new RelayAnswers(base));
}

class NotebookDatabases implements Databases {
  readonly #page: NotebookPage;
  readonly #store: SchemaStore;
  readonly #panel: SchemaPanel;
  readonly #life = new AbortController();
  #isOpen = false;

  constructor(page: NotebookPage, relay: RelayAnswers) {
    this.#page = page;
    const { stored, id } = page.parts.open;
    const requests = new DataRequests(relay, () => (stored.isShared ? id : null));
    this.#store = new SchemaStore(requests);
    this.#panel = new SchemaPanel({
      store: this.#store,
      look: new TableLook(requests),
      insert: (node) => void this.#insert(node).catch(page.parts.onError),
      query: (node) => this.#query(node),
      manage: () => void this.#manage(relay).catch(page.parts.onError),
      choose: () => void this.#choose(requests).catch(page.parts.onError),
      close: () => this.togglePanel(),
    });
    adoptDatabaseStyles(page, this.#life.signal);
    // The cells' tools show the connections once they are known.
    this.#store.addEventListener(
      "change",
      () => page.controller.dispatchEvent(new Event("view")),
      this.#life,
    );
    void this.#store.wantConnections();
  }

  close(): void {
    this.#life.abort();
  }

  panel() {
    this.#panel.isShared = this.#page.parts.open.stored.isShared;
    return this.#isOpen ? html`${this.#panel}` : null;
  }

  togglePanel(): void {
    this.#isOpen = !this.#isOpen;
    this.#page.requestUpdate();
  }

  connectionField(cell: Cell) {
    return connectionField(cell, this.#store);
  }

  sqlLanguage(text: Y.Text): Extension {
    const { notebook, services } = this.#page.controller;
    const cell = notebook.cells().find((each) => each.text === text);
    if (!cell) return [];
    return sqlEditing({
      cellId: cell.id,
      notebook,
      store: this.#store,
      connection: () => {
        const now = notebook.cell(cell.id);
        return now ? connectionOf(now) : null;
      },
      variables: (prefix) =>
        services.isReady() ? services.complete(prefix, prefix.length) : Promise.resolve([]),
    });
  }

  /** Into the editor of the cell in use, where its cursor stands. */
  async #insert(node: TreeNode): Promise<void> {
    const engine = this.#store.connection(node.connection)?.engine;
    const { activeId } = this.#page.controller;
    const cell = this.#page.view.cells().find(({ cellId }) => cellId === activeId);
    if (!engine || !cell) return;
    const name =
      node.kind === "table"
        ? tableName(node.table, engine)
        : node.kind === "connection" || node.kind === "note"
          ? node.connection
          : quoted(node.label, engine);
    const { view } = await cell.source.mount();
    view.dispatch(view.state.replaceSelection(name), { scrollIntoView: true, userEvent: "input.paste" });
    view.focus();
  }

  /** Below the cell in use. */
  #query(node: TreeNode & { kind: "table" }): void {
    const { controller } = this.#page;
    const engine = this.#store.connection(node.connection)?.engine;
    if (!engine) return;
    const cell = controller.notebook.insertCell(controller.order.indexOf(controller.activeId ?? "") + 1, {
      source: selectStatement(node.table, engine),
      metadata: sqlMetadata(node.connection),
    });
    controller.edit(cell.id, "end");
  }

  async #choose(requests: DataRequests): Promise<void> {
    if (await chooseConnections(requests)) await this.#store.wantConnections(true);
  }

  async #manage(relay: RelayAnswers): Promise<void> {
    await showOperatorDialog(relay);
    await this.#store.wantConnections(true);
  }
}

/** What databases add to one notebook's page: the schema browser, and what SQL cells need of it. */
import type { Extension } from "@codemirror/state";
import { html } from "lit";
import type * as Y from "yjs";
import type { Cell } from "../document/notebook.ts";
import type { Databases } from "../elements/databases.ts";
import type { NotebookPage } from "../elements/notebook-page.ts";
import rules from "../styles/roots/databases.css" with { type: "text" };
import { adoptStyles } from "./adopted-styles.ts";
import { isBuildable } from "./buildable.ts";
import { CellPlan } from "./cell-plan.ts";
import { connectionField } from "./connection-field.ts";
import { DataRequests } from "./data-requests.ts";
import { chooseConnections } from "./notebook-connections.ts";
import { showOperatorDialog } from "./operator-dialog.ts";
import { PlanPanel } from "./plan-panel.ts";
import { RelayAnswers } from "./relay-answers.ts";
import { SchemaPanel } from "./schema-panel.ts";
import { SchemaStore, valueOf } from "./schema-store.ts";
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
  readonly #schemas: SchemaPanel;
  readonly #plans: PlanPanel;
  readonly #plan: CellPlan;
  readonly #life = new AbortController();
  /** What stands beside the cells. */
  #open: HTMLElement | null = null;
  /** The cell whose plan was asked for. */
  #explained: string | null = null;

  constructor(page: NotebookPage, relay: RelayAnswers) {
    this.#page = page;
    const { stored, id } = page.parts.open;
    const requests = new DataRequests(relay, () => (stored.isShared ? id : null));
    this.#store = new SchemaStore(requests);
    this.#schemas = new SchemaPanel({
      store: this.#store,
      look: new TableLook(requests),
      insert: (node) => void this.#insert(node).catch(page.parts.onError),
      query: (node) => this.#query(node),
      build: (node) => void this.#build(node).catch(page.parts.onError),
      manage: () => void this.#manage(relay).catch(page.parts.onError),
      choose: () => void this.#choose(requests).catch(page.parts.onError),
      close: () => this.togglePanel(),
    });
    this.#plans = new PlanPanel({
      again: () => this.#ask(this.#explained),
      close: () => {
        this.#show(null);
        page.controller.returnFocus();
      },
    });
    const { kernel } = page.controller.session;
    this.#plan = new CellPlan({ requests, kernel, panel: this.#plans });
    adoptStyles(page, rules, this.#life.signal);
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
    this.#schemas.isShared = this.#page.parts.open.stored.isShared;
    return this.#open && html`${this.#open}`;
  }

  togglePanel(): void {
    this.#show(this.#open === this.#schemas ? null : this.#schemas);
  }

  explain(): void {
    this.#explained = this.#page.controller.activeId;
    this.#show(this.#plans);
    this.#ask(this.#explained);
  }

  #ask(cellId: string | null): void {
    const { notebook, order } = this.#page.controller;
    const cell = notebook.cell(cellId ?? "");
    void this.#plan.ask(cell, cell ? `Cell ${order.indexOf(cell.id) + 1}` : "");
  }

  connectionField(cell: Cell) {
    return connectionField(cell, this.#store, () => this.explain());
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

  #query(node: TreeNode & { kind: "table" }): void {
    const engine = this.#store.connection(node.connection)?.engine;
    if (engine) this.#putIntoCell(node.connection, selectStatement(node.table, engine));
  }

  async #build({ connection, table }: TreeNode & { kind: "table" }): Promise<void> {
    const engine = this.#store.connection(connection)?.engine;
    const schema = valueOf(this.#store.schema(connection));
    if (!isBuildable(engine) || !schema) return;
    const { openBuilder } = await import("./builder/entry.ts");
    const builder = openBuilder(this.#page, this.#life.signal, {
      ...{ connection, engine, schema, table },
      put: (sql) => this.#putIntoCell(connection, sql),
      close: () => this.#show(this.#schemas),
    });
    this.#show(builder);
  }

  /** A new one, below the cell in use. */
  #putIntoCell(connection: string, source: string): void {
    const { controller } = this.#page;
    const cell = controller.notebook.insertCell(controller.order.indexOf(controller.activeId ?? "") + 1, {
      source,
      metadata: sqlMetadata(connection),
    });
    controller.edit(cell.id, "end");
  }

  #show(open: HTMLElement | null): void {
    this.#open = open;
    this.#page.requestUpdate();
  }

  async #choose(requests: DataRequests): Promise<void> {
    if (await chooseConnections(requests)) await this.#store.wantConnections(true);
  }

  async #manage(relay: RelayAnswers): Promise<void> {
    await showOperatorDialog(relay);
    await this.#store.wantConnections(true);
  }
}

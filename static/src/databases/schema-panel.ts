/** The schema browser: a tree of connections, schemas, tables and columns, and a look at the one in use. */
import { html, LitElement, nothing, type PropertyValues } from "lit";
import { ChevronRight, Database, Ellipsis, RotateCw, X } from "lucide";
import { readableTime } from "../elements/duration.ts";
import { icon } from "../elements/icon.ts";
import { isBuildable } from "./buildable.ts";
import { KEY, REFERENCE, TABLE } from "./drawings.ts";
import { choiceView, noConnections } from "./no-connections.ts";
import { wordsOf } from "./relay-answers.ts";
import { type SchemaStore, valueOf } from "./schema-store.ts";
import { counted, type TreeNode, treeRows } from "./schema-tree.ts";
import { facts, spoken } from "./schema-words.ts";
import type { TableLook } from "./table-look.ts";

export interface SchemaPanelParts {
  store: SchemaStore;
  look: TableLook;
  /** Puts a name to where the cursor is. */
  insert(node: TreeNode): void;
  /** Makes a SQL cell that reads the table. */
  query(node: TreeNode & { kind: "table" }): void;
  /** Opens the query builder on the table. */
  build(node: TreeNode & { kind: "table" }): void;
  manage(): void;
  /** Lets owners choose what a shared notebook may use. */
  choose(): void;
  close(): void;
}

const SECONDS_BETWEEN_AGES = 30;

export class SchemaPanel extends LitElement {
  static override properties = {
    filter: { state: true },
    activeId: { state: true },
    isShared: { attribute: false },
  };
  declare filter: string;
  /** Whether the notebook is. */
  declare isShared: boolean;
  declare activeId: string | null;
  readonly #parts: SchemaPanelParts;
  readonly #expanded = new Set<string>();
  #rows: readonly TreeNode[] = [];
  #life = new AbortController();
  #movesFocus = false;
  #hasBegun = false;

  constructor(parts: SchemaPanelParts) {
    super();
    this.#parts = parts;
    this.filter = "";
    this.activeId = null;
    this.isShared = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#life = new AbortController();
    const { signal } = this.#life;
    const { store, look } = this.#parts;
    for (const source of [store, look])
      source.addEventListener("change", () => this.requestUpdate(), { signal });
    const age = setInterval(() => this.requestUpdate(), SECONDS_BETWEEN_AGES * 1000);
    signal.addEventListener("abort", () => clearInterval(age));
    void store.wantConnections();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#life.abort();
  }

  protected override createRenderRoot(): this {
    return this;
  }

  /** Where there is one connection, it is open from the start. */
  #openTheOnlyOne(): void {
    const list = valueOf(this.#parts.store.connections)?.list ?? [];
    if (this.#hasBegun || list.length === 0) return;
    this.#hasBegun = true;
    const [only] = this.#visible();
    if (list.length === 1 && only) this.#toggle(only, true);
  }

  #visible(): TreeNode[] {
    const { store } = this.#parts;
    return treeRows({
      connections: valueOf(store.connections)?.list ?? [],
      schemaOf: (name) => {
        const known = store.schema(name);
        const schema = valueOf(known);
        if (known.kind === "failed") return { schema, note: wordsOf(known.error).message };
        if (schema === null) return { schema, note: "Reading the schema…" };
        return { schema, note: schema.tables.length === 0 ? "No table that its role may read." : "" };
      },
      expanded: this.#expanded,
      filter: this.filter,
    });
  }

  protected override willUpdate(): void {
    this.#openTheOnlyOne();
    this.#rows = this.#visible();
    if (!this.#rows.some(({ id }) => id === this.activeId)) this.activeId = this.#rows[0]?.id ?? null;
  }

  protected override render() {
    const { store, manage, choose, close } = this.#parts;
    const isLoading = store.connections.kind === "loading";
    const mayManage = valueOf(store.connections)?.mayManage ?? false;
    return html`<aside class="schema-panel" aria-label="Databases">
      <header>
        <h2>Databases</h2>
        ${button(RotateCw, "Read the schemas anew", () => void store.refresh(), isLoading)}
        ${mayManage ? button(Ellipsis, "Connections and audit…", manage) : nothing}
        ${button(X, "Close the databases panel", close)}
      </header>
      ${this.isShared ? choiceView(valueOf(store.connections)?.ofNotebook ?? null, choose) : nothing}
      ${this.#content()}
    </aside>`;
  }

  #content() {
    const { connections } = this.#parts.store;
    const known = valueOf(connections);
    if (known === null) {
      return connections.kind === "failed"
        ? this.#refused(connections.error)
        : html`<p class="soft">Asking the relay…</p>`;
    }
    if (known.list.length === 0) return noConnections(known, this.#parts.manage);
    const active = this.#rows.find(({ id }) => id === this.activeId);
    const search = (event: Event) => {
      this.filter = (event.target as HTMLInputElement).value;
      // What is not read yet cannot be found.
      for (const { name } of known.list) void this.#parts.store.wantSchema(name);
    };
    return html`
      ${connections.kind === "failed" ? this.#refused(connections.error) : nothing}
      <input class="field schema-filter" type="search" aria-label="Filter tables and columns" placeholder="Filter tables and columns"
        .value=${this.filter} @input=${search} @keydown=${(event: KeyboardEvent) => this.#filterKey(event)} autocomplete="off" spellcheck="false" />
      ${
        this.#rows.length === 0
          ? html`<p class="soft schema-empty">Nothing is called “${this.filter}”.</p>`
          : html`<div class="schema-tree" role="tree" aria-label="Tables and columns" @keydown=${(event: KeyboardEvent) => this.#treeKey(event)}>
              ${this.#rows.map((row) => this.#row(row))}
            </div>`
      }
      ${active && active.kind !== "note" ? this.#details(active) : nothing}
    `;
  }

  #row(row: TreeNode) {
    const isActive = row.id === this.activeId;
    const choose = () => {
      this.activeId = row.id;
      if (row.isExpanded !== null && row.kind !== "note") this.#toggle(row, !row.isExpanded);
    };
    return html`<div class="schema-row" role="treeitem" data-kind=${row.kind} style=${`--level: ${row.level}`}
      tabindex=${isActive ? 0 : -1} aria-level=${row.level} aria-posinset=${row.position} aria-setsize=${row.siblings}
      aria-expanded=${row.isExpanded === null ? nothing : String(row.isExpanded)} aria-selected=${String(isActive)}
      aria-label=${spoken(row)} data-id=${row.id} @click=${choose} @dblclick=${() => this.#parts.insert(row)}>
      ${row.isExpanded === null ? html`<span class="schema-no-arrow"></span>` : icon(ChevronRight, row.isExpanded ? "open" : "")}
      ${drawingOf(row)}
      <span class="schema-label">${row.label}</span>
      ${row.detail === "" ? nothing : html`<span class="schema-detail">${row.detail}</span>`}
    </div>`;
  }

  #details(row: TreeNode) {
    const { store, insert, query, build, look } = this.#parts;
    return html`<section class="schema-details" aria-label=${`About ${row.label}`}>
      <h3>${row.label}</h3>
      ${facts(row).map((fact) => html`<p>${fact}</p>`)}
      ${row.kind === "connection" ? this.#age(row.connection) : nothing}
      <div class="schema-actions">
        ${row.kind === "connection" ? nothing : html`<button class="button" title="Enter" @click=${() => insert(row)}>Insert the name</button>`}
        ${row.kind === "table" ? html`<button class="button" @click=${() => query(row)}>Query 100 rows</button>` : nothing}
        ${row.kind === "table" && isBuildable(store.connection(row.connection)?.engine) ? html`<button class="button" @click=${() => build(row)}>Build a query…</button>` : nothing}
        ${row.kind === "table" ? html`<button class="button" @click=${() => void look.want(row.connection, row.table)}>Sample and profile</button>` : nothing}
      </div>
      ${row.kind === "table" ? look.render(row.connection, row.table) : nothing}
    </section>`;
  }

  #age(connection: string) {
    const known = this.#parts.store.schema(connection);
    if (known.kind === "here")
      return html`<p class="soft">Schema read ${readableTime(known.at)}. ${counted(known.value.tables.length, "table")}${known.value.cut ? ", and more than are listed" : ""}.</p>`;
    if (known.kind !== "failed") return nothing;
    const { message, hint } = wordsOf(known.error);
    return html`<div class="schema-refused" role="alert"><p><strong>${message}</strong></p><p>${hint}</p>
      <button class="button" @click=${() => void this.#parts.store.wantSchema(connection, true)}>Try again</button></div>`;
  }

  #refused(error: unknown) {
    const { message, hint } = wordsOf(error);
    return html`<div class="schema-refused" role="alert">
      <p><strong>${message}</strong></p>
      <p>${hint}</p>
      <button class="button" @click=${() => void this.#parts.store.refresh()}>Try again</button>
    </div>`;
  }

  #filterKey(event: KeyboardEvent): void {
    if (event.key !== "ArrowDown" && event.key !== "Enter") return;
    event.preventDefault();
    this.#focusRow(0);
  }

  /** As the pattern of a tree has it; Enter inserts. */
  #treeKey(event: KeyboardEvent): void {
    const at = this.#rows.findIndex(({ id }) => id === this.activeId);
    const row = this.#rows[at];
    if (!row || event.altKey || event.ctrlKey || event.metaKey) return;
    const keys: Record<string, () => void> = {
      ArrowDown: () => this.#focusRow(at + 1),
      ArrowUp: () => this.#focusRow(at - 1),
      Home: () => this.#focusRow(0),
      End: () => this.#focusRow(this.#rows.length - 1),
      ArrowRight: () => (row.isExpanded === false ? this.#toggle(row, true) : this.#focusRow(at + 1)),
      ArrowLeft: () =>
        row.isExpanded ? this.#toggle(row, false) : this.#focusRow(this.#rows.findIndex(isParentOf(row))),
      " ": () => row.isExpanded !== null && this.#toggle(row, !row.isExpanded),
      Enter: () => (row.kind === "connection" ? this.#toggle(row, !row.isExpanded) : this.#parts.insert(row)),
    };
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    // The notebook has commands on the same keys.
    event.stopPropagation();
    act();
  }

  #focusRow(index: number): void {
    const row = this.#rows[Math.max(0, Math.min(index, this.#rows.length - 1))];
    if (!row || index < 0) return;
    this.activeId = row.id;
    this.#movesFocus = true;
    this.requestUpdate();
  }

  protected override updated(_changed: PropertyValues): void {
    if (!this.#movesFocus) return;
    this.#movesFocus = false;
    const row = this.querySelector<HTMLElement>('.schema-row[tabindex="0"]');
    row?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: "nearest" });
  }

  #toggle(row: TreeNode, isOpen: boolean): void {
    if (isOpen) this.#expanded.add(row.id);
    else this.#expanded.delete(row.id);
    if (isOpen && row.kind === "connection") void this.#parts.store.wantSchema(row.connection);
    this.requestUpdate();
  }
}

function isParentOf(row: TreeNode): (other: TreeNode) => boolean {
  return ({ id }) => id === row.parentId;
}

function drawingOf(row: TreeNode) {
  if (row.kind === "connection") return icon(Database);
  if (row.kind === "table") return icon(TABLE);
  if (row.kind !== "column") return nothing;
  if (row.column.primary_key) return icon(KEY, "key");
  return row.column.references ? icon(REFERENCE) : html`<span class="schema-no-arrow"></span>`;
}

function button(drawing: typeof X, title: string, act: () => void, disabled = false) {
  return html`<button class="icon-button" title=${title} aria-label=${title} ?disabled=${disabled} @click=${act}>${icon(drawing)}</button>`;
}

customElements.define("schema-panel", SchemaPanel);

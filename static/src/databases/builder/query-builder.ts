/** Puts a query together by choosing, and shows the SQL of it as it is written. */
import { html, LitElement, nothing } from "lit";
import { X } from "lucide";
import type { DatabaseSchema, TableInfo } from "../../contracts/generated-databases.ts";
import { icon } from "../../elements/icon.ts";
import { buildSql } from "./build-sql.ts";
import { columnChoice } from "./column-choice.ts";
import { filterRows } from "./filter-rows.ts";
import { type BuilderEngine, type BuiltQuery, emptyQuery, pruned, withoutJoin } from "./query.ts";
import { relationsOf, tablesOf } from "./relations.ts";
import { sortRows } from "./sort-rows.ts";
import { relationWords } from "./words.ts";

export interface QueryBuilderParts {
  connection: string;
  engine: BuilderEngine;
  schema: DatabaseSchema;
  /** What the query begins with. */
  table: TableInfo;
  /** Makes a SQL cell of it. */
  put(sql: string): void;
  close(): void;
}

/** What each section of the builder is drawn from. */
export interface BuilderContext {
  query: BuiltQuery;
  engine: BuilderEngine;
  /** The query's tables, by their source. */
  tables: readonly (TableInfo | undefined)[];
  /** Takes the query's place. */
  change(query: BuiltQuery): void;
}

export class QueryBuilder extends LitElement {
  static override properties = { query: { state: true } };
  declare query: BuiltQuery;
  readonly #parts: QueryBuilderParts;
  #isNew = true;

  constructor(parts: QueryBuilderParts) {
    super();
    this.#parts = parts;
    this.query = emptyQuery({ schema: parts.table.schema, name: parts.table.name });
  }

  get sql(): string {
    return buildSql(this.query, this.#parts.engine);
  }

  protected override createRenderRoot(): this {
    return this;
  }

  protected override render() {
    const { connection, engine, schema, table, put, close } = this.#parts;
    const context: BuilderContext = {
      ...{ query: this.query, engine, tables: tablesOf(this.query, schema) },
      change: (query) => {
        this.query = pruned(query);
      },
    };
    return html`<aside class="schema-panel builder" aria-label="Query builder" @keydown=${(event: KeyboardEvent) => this.#key(event)}>
      <header>
        <h2 tabindex="-1">Query of ${table.name}</h2>
        <button class="icon-button" title="Back to the tables" aria-label="Back to the tables" @click=${close}>${icon(X)}</button>
      </header>
      <div class="builder-choices">
        ${columnChoice(context)} ${this.#joins(context)} ${filterRows(context)} ${sortRows(context)} ${this.#limit(context)}
      </div>
      <section class="builder-sql" aria-label="The SQL">
        <h3>SQL for ${connection}</h3>
        <pre tabindex="0" role="group" aria-label="The SQL so far">${this.sql}</pre>
        <button class="button primary" @click=${() => put(this.sql)}>Put into a cell</button>
      </section>
    </aside>`;
  }

  #joins({ query, change }: BuilderContext) {
    const { schema } = this.#parts;
    const offered = relationsOf(query, schema);
    if (offered.length === 0 && query.joins.length === 0) return nothing;
    const add = (event: Event) => {
      const chosen = event.target as HTMLSelectElement;
      const relation = offered[Number(chosen.value)];
      chosen.value = "";
      if (relation) change({ ...query, joins: [...query.joins, relation.join] });
    };
    return html`<fieldset>
      <legend>Other tables</legend>
      ${query.joins.map((join, index) => {
        const { name } = join.table;
        const keep = (event: Event) => {
          const isOptional = (event.target as HTMLInputElement).checked;
          change({
            ...query,
            joins: query.joins.map((each, at) => (at === index ? { ...each, isOptional } : each)),
          });
        };
        return html`<div class="builder-line">
          <span class="builder-name">${name}</span>
          <label class="builder-check"><input type="checkbox" .checked=${join.isOptional} @change=${keep} /> also rows without one</label>
          ${removeButton(`Remove ${name}`, () => change(withoutJoin(query, index)))}
        </div>`;
      })}
      ${
        offered.length === 0
          ? nothing
          : html`<select class="field" aria-label="Add a table" @change=${add}>
              <option value="">Add a table…</option>
              ${offered.map((relation, index) => html`<option value=${index}>${relationWords(relation, schema)}</option>`)}
            </select>`
      }
    </fieldset>`;
  }

  #limit({ query, change }: BuilderContext) {
    const set = (event: Event) => {
      const { value, valueAsNumber } = event.target as HTMLInputElement;
      change({ ...query, limit: value === "" || !(valueAsNumber >= 0) ? null : Math.trunc(valueAsNumber) });
    };
    return html`<label class="builder-line"><span>At most</span>
      <input class="field builder-limit" type="number" min="0" step="1" aria-label="Rows at most" placeholder="all"
        .value=${query.limit === null ? "" : String(query.limit)} @input=${set} /> <span>rows</span></label>`;
  }

  #key(event: KeyboardEvent): void {
    // The notebook has commands on plain keys.
    event.stopPropagation();
    if (event.key === "Escape") this.#parts.close();
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.#parts.put(this.sql);
  }

  protected override updated(): void {
    if (this.#isNew) this.querySelector<HTMLElement>("h2")?.focus();
    this.#isNew = false;
  }
}

export function removeButton(label: string, act: () => void) {
  return html`<button class="icon-button" type="button" title=${label} aria-label=${label} @click=${act}>${icon(X)}</button>`;
}

customElements.define("query-builder", QueryBuilder);

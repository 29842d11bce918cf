/** Which columns are shown, as they are or as a figure of many rows. */
import { html, nothing } from "lit";
import type { ColumnInfo } from "../../contracts/generated-databases.ts";
import { type Aggregate, type Field, isGrouped, isSameField } from "./query.ts";
import type { BuilderContext } from "./query-builder.ts";
import { aggregatesOf, kindOf } from "./value-kinds.ts";
import { AGGREGATE_WORDS } from "./words.ts";

const ROWS: Field = { source: 0, column: null, aggregate: "count" };

export function columnChoice(context: BuilderContext) {
  const { query, tables } = context;
  const said =
    query.fields.length === 0
      ? "All of them, until you choose."
      : isGrouped(query)
        ? "One row for each combination of those that are shown as they are."
        : "";
  return html`${tables.map((table, source) =>
    table === undefined
      ? nothing
      : html`<fieldset>
          <legend>${tables.length === 1 ? "Columns" : `Columns of ${table.name}`}</legend>
          ${source === 0 && said ? html`<p class="soft">${said}</p>` : nothing}
          ${source === 0 ? rowCount(context) : nothing}
          ${table.columns.map((column) => columnLine(column, source, context))}
        </fieldset>`,
  )}`;
}

function rowCount({ query, change }: BuilderContext) {
  const isShown = query.fields.some((field) => isSameField(field, ROWS));
  const toggle = () =>
    change({
      ...query,
      fields: isShown ? query.fields.filter((field) => !isSameField(field, ROWS)) : [...query.fields, ROWS],
    });
  return html`<label class="builder-line builder-check"><input type="checkbox" .checked=${isShown} @change=${toggle} />
    <span>Number of rows</span></label>`;
}

function columnLine({ name, type }: ColumnInfo, source: number, { query, engine, change }: BuilderContext) {
  const at = query.fields.findIndex((field) => field.source === source && field.column === name);
  const field = query.fields[at];
  const toggle = () =>
    change({
      ...query,
      fields: field
        ? query.fields.filter((_, index) => index !== at)
        : [...query.fields, { source, column: name, aggregate: null }],
    });
  const figure = (event: Event) => {
    const aggregate = ((event.target as HTMLSelectElement).value || null) as Aggregate | null;
    change({
      ...query,
      fields: query.fields.map((each, index) => (index === at ? { ...each, aggregate } : each)),
    });
  };
  return html`<div class="builder-line">
    <label class="builder-check"><input type="checkbox" .checked=${field !== undefined} @change=${toggle} />
      <span class="builder-name">${name}</span></label>
    ${
      field
        ? html`<select class="field builder-figure" aria-label=${`How ${name} is shown`} @change=${figure}>
            <option value="" .selected=${field.aggregate === null}>as it is</option>
            ${aggregatesOf(kindOf(type, engine)).map((each) => html`<option value=${each} .selected=${each === field.aggregate}>${AGGREGATE_WORDS[each]}</option>`)}
          </select>`
        : html`<span class="soft builder-type">${type.toLowerCase()}</span>`
    }
  </div>`;
}

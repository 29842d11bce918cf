/** In which order the rows come. */
import { html } from "lit";
import { type Field, isGrouped, isSameField, type Sort } from "./query.ts";
import { type BuilderContext, removeButton } from "./query-builder.ts";
import { fieldWords } from "./words.ts";

export function sortRows(context: BuilderContext) {
  const { query, change } = context;
  const choices = sortChoices(context);
  const free = choices.filter((field) => !query.sorts.some((sort) => isSameField(sort.field, field)));
  const add = (event: Event) => {
    const chosen = event.target as HTMLSelectElement;
    const field = free[Number(chosen.value)];
    chosen.value = "";
    if (field) change({ ...query, sorts: [...query.sorts, { field, isDescending: false }] });
  };
  return html`<fieldset>
    <legend>Order</legend>
    ${query.sorts.map((sort, index) => sortRow(sort, index, context))}
    <select class="field" aria-label="Order by" @change=${add}>
      <option value="">${query.sorts.length === 0 ? "Order by…" : "Then by…"}</option>
      ${free.map((field, index) => html`<option value=${index}>${fieldWords(field, query)}</option>`)}
    </select>
  </fieldset>`;
}

/** Of a grouped query only what is shown has an order. */
function sortChoices({ query, tables }: BuilderContext): Field[] {
  if (isGrouped(query)) return query.fields;
  return tables.flatMap((table, source) =>
    (table?.columns ?? []).map(({ name }): Field => ({ source, column: name, aggregate: null })),
  );
}

function sortRow({ field, isDescending }: Sort, index: number, { query, change }: BuilderContext) {
  const words = fieldWords(field, query);
  const turn = (event: Event) => {
    const next = (event.target as HTMLSelectElement).value === "down";
    change({
      ...query,
      sorts: query.sorts.map((each, at) => (at === index ? { ...each, isDescending: next } : each)),
    });
  };
  const remove = () => change({ ...query, sorts: query.sorts.filter((_, at) => at !== index) });
  return html`<div class="builder-line builder-sort">
    <span class="builder-name">${words}</span>
    <select class="field" aria-label=${`Direction of ${words}`} @change=${turn}>
      <option value="up" .selected=${!isDescending}>least first</option>
      <option value="down" .selected=${isDescending}>greatest first</option>
    </select>
    ${removeButton(`Do not order by ${words}`, remove)}
  </div>`;
}

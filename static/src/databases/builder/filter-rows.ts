/** Which rows count: a column, what is asked of it, and a value. */
import { html, nothing } from "lit";
import { filterProblem } from "./build-sql.ts";
import { type Field, type Filter, isSameField, type Test, type ValueKind } from "./query.ts";
import { type BuilderContext, removeButton } from "./query-builder.ts";
import { kindOf, kindOfFigure, testsOf, valuesOf } from "./value-kinds.ts";
import { fieldWords, PLACEHOLDERS, testWords } from "./words.ts";

interface Choice {
  field: Field;
  kind: ValueKind;
}

export function filterRows(context: BuilderContext) {
  const { query, change } = context;
  const choices = filterChoices(context);
  const add = () => {
    const [first] = choices;
    if (!first) return;
    change({
      ...query,
      filters: [...query.filters, { ...first, test: testsOf(first.kind)[0]!, values: ["", ""] }],
    });
  };
  return html`<fieldset>
    <legend>Filters</legend>
    ${query.filters.map((filter, index) => filterRow(filter, index, choices, context))}
    <button class="button" type="button" @click=${add}>Add a filter</button>
    ${query.filters.some(({ test }) => valuesOf(test) > 0) ? html`<p class="soft">A value may be <code>:name</code>, a variable of Python.</p>` : nothing}
  </fieldset>`;
}

/** Every column, and the figures that are shown. */
function filterChoices({ query, tables, engine }: BuilderContext): Choice[] {
  const kindAt = ({ source, column }: Field): ValueKind => {
    const found = tables[source]?.columns.find(({ name }) => name === column);
    return found ? kindOf(found.type, engine) : "number";
  };
  const columns = tables.flatMap((table, source) =>
    (table?.columns ?? []).map(({ name }): Field => ({ source, column: name, aggregate: null })),
  );
  const figures = query.fields.filter(({ aggregate }) => aggregate !== null);
  return [...columns, ...figures].map((field) => ({
    field,
    kind: kindOfFigure(field.aggregate, kindAt(field)),
  }));
}

function filterRow(
  filter: Filter,
  index: number,
  choices: readonly Choice[],
  { query, change }: BuilderContext,
) {
  const { field, kind, test, values } = filter;
  const put = (next: Filter) =>
    change({ ...query, filters: query.filters.map((each, at) => (at === index ? next : each)) });
  const chooseField = (event: Event) => {
    const next = choices[Number((event.target as HTMLSelectElement).value)];
    if (!next) return;
    const tests = testsOf(next.kind);
    put({ ...filter, ...next, test: tests.includes(test) ? test : tests[0]! });
  };
  const number = index + 1;
  const problem = filterProblem(filter);
  const id = `builder-problem-${index}`;
  return html`<div class="builder-filter" role="group" aria-label=${`Filter ${number}`}>
    <div class="builder-line">
      <select class="field" aria-label=${`Column of filter ${number}`} @change=${chooseField}>
        ${choices.map((choice, at) => html`<option value=${at} .selected=${isSameField(choice.field, field)}>${fieldWords(choice.field, query)}</option>`)}
      </select>
      ${removeButton(`Remove filter ${number}`, () => change({ ...query, filters: query.filters.filter((_, at) => at !== index) }))}
    </div>
    <div class="builder-line builder-values" data-values=${valuesOf(test)}>
      <select class="field" aria-label=${`Test of filter ${number}`} @change=${(event: Event) => put({ ...filter, test: (event.target as HTMLSelectElement).value as Test })}>
        ${testsOf(kind).map((each) => html`<option value=${each} .selected=${each === test}>${testWords(each, kind)}</option>`)}
      </select>
      ${Array.from({ length: valuesOf(test) }, (_, place) => {
        const type = (event: Event) =>
          put({
            ...filter,
            values: values.map((each, at) =>
              at === place ? (event.target as HTMLInputElement).value : each,
            ),
          });
        return html`<input class="field" aria-label=${place === 0 ? `Value of filter ${number}` : `Upper value of filter ${number}`}
          placeholder=${(test === "one_of" ? "one, another" : PLACEHOLDERS[kind]) ?? ""} autocomplete="off" spellcheck="false"
          aria-invalid=${String(problem !== "" && values[place] !== "")} aria-describedby=${problem ? id : nothing}
          .value=${values[place] ?? ""} @input=${type} />`;
      })}
    </div>
    ${problem ? html`<p class="builder-problem" id=${id}>${problem} Until then the filter is left out.</p>` : nothing}
  </div>`;
}

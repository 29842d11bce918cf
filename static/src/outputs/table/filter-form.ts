/** The form that makes a column's filter. */
import type { TableColumn, TableFilter } from "../../contracts/generated.ts";
import type { Json } from "../output.ts";
import { type ColumnKind, isNumeric, isTemporal, wholeText } from "./cell-text.ts";
import { button, choice, element, labelled } from "./elements.ts";

type Test = TableFilter["test"];

const WORDS: Record<Test, string> = {
  contains: "contains",
  equals: "is",
  range: "is between",
  missing: "is missing",
  present: "is not missing",
};

/** The tests that make sense for a kind, the likeliest first. */
export function testsFor(kind: ColumnKind): Test[] {
  if (isNumeric(kind) || isTemporal(kind)) return ["range", "equals", "missing", "present"];
  if (kind === "boolean") return ["equals", "missing", "present"];
  if (kind === "duration" || kind === "bytes") return ["contains", "missing", "present"];
  return ["contains", "equals", "missing", "present"];
}

/** What was written into a field as the contract's value: a number where one holds it exactly, else text. */
export function valueOf(text: string, kind: ColumnKind): Json {
  if (text === "") return null;
  if (kind === "boolean") return text === "true";
  const number = Number(text);
  const isExact = kind === "number" || (kind === "integer" && Number.isSafeInteger(number));
  return isExact && Number.isFinite(number) ? number : text;
}

/** A filter in words, for the list of those that hold. */
export function filterWords({ test, value, least, most }: TableFilter, { name }: TableColumn): string {
  if (test === "missing" || test === "present") return `${name} ${WORDS[test]}`;
  if (test !== "range") return `${name} ${WORDS[test]} ${quoted(value ?? null)}`;
  if ((least ?? null) === null) return `${name} ≤ ${wholeText(most ?? null)}`;
  if ((most ?? null) === null) return `${name} ≥ ${wholeText(least ?? null)}`;
  return `${name} ${WORDS.range} ${wholeText(least ?? null)} and ${wholeText(most ?? null)}`;
}

/** `apply` gets null when the column is to have no filter. */
export function filterForm(
  { kind }: TableColumn,
  index: number,
  now: TableFilter | undefined,
  apply: (filter: TableFilter | null) => void,
): HTMLFormElement {
  const tests = testsFor(kind);
  const test = choice(
    "Show rows where it",
    tests.map((each) => [each, WORDS[each]] as const),
    now?.test ?? tests[0]!,
  );
  const value = field("Value", kind, now?.value);
  const least = field("From", kind, now?.least);
  const most = field("To", kind, now?.most);
  const form = element("form", { class: "filter-form" }, test.row, value.row, least.row, most.row);
  const show = () => {
    const chosen = test.select.value as Test;
    value.row.hidden = chosen !== "contains" && chosen !== "equals";
    least.row.hidden = most.row.hidden = chosen !== "range";
  };
  show();
  test.select.addEventListener("change", show);
  const clear = button("Remove filter", () => apply(null));
  clear.disabled = !now;
  form.append(element("div", { class: "form-end" }, clear, element("button", { class: "primary" }, "Apply")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = test.select.value as Test;
    const read = (from: { input: Input }) => valueOf(from.input.value, chosen === "contains" ? "text" : kind);
    const none = { column: index, test: chosen, value: null, least: null, most: null };
    if (chosen === "range") {
      const filter = { ...none, least: read(least), most: read(most) };
      apply(filter.least === null && filter.most === null ? null : filter);
    } else if (chosen === "contains" || chosen === "equals") {
      const filter = { ...none, value: read(value) };
      apply(filter.value === null ? null : filter);
    } else apply(none);
  });
  return form;
}

type Input = HTMLInputElement | HTMLSelectElement;

function field(label: string, kind: ColumnKind, now: Json | undefined): { row: HTMLElement; input: Input } {
  if (kind === "boolean") {
    const { row, select } = choice(
      label,
      [
        ["true", "true"],
        ["false", "false"],
      ],
      String(now ?? true),
    );
    return { row, input: select };
  }
  const input = element("input", { type: "text", autocomplete: "off", spellcheck: "false" });
  if (isNumeric(kind)) input.inputMode = "decimal";
  if (isTemporal(kind)) input.placeholder = kind === "date" ? "2026-01-31" : "2026-01-31 12:00";
  input.value = wholeText(now ?? null);
  return { row: labelled(label, input), input };
}

function quoted(value: Json): string {
  return typeof value === "string" ? `“${value}”` : wholeText(value);
}

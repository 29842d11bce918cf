/** Writes a query as SQL that one can read: a clause a line, names in quotes only where the engine needs them. */
import { quoted, tableName } from "../sql-names.ts";
import { literal, pattern, problemOf } from "./literals.ts";
import {
  type Aggregate,
  type BuilderEngine,
  type BuiltQuery,
  type Field,
  type Filter,
  isGrouped,
  isSameField,
  pruned,
} from "./query.ts";
import { valuesOf } from "./value-kinds.ts";

/** Filters with a problem are left out of the SQL. */
export function filterProblem({ test, values, kind }: Filter): string {
  if (valuesOf(test) === 0) return "";
  const typed = test === "one_of" ? listed(values[0] ?? "") : values.slice(0, valuesOf(test));
  if (typed.length < valuesOf(test)) return "Needs a value.";
  return typed.map((value) => problemOf(value, kind)).find((problem) => problem !== "") ?? "";
}

export function buildSql(built: BuiltQuery, engine: BuilderEngine): string {
  const query = pruned(built);
  const writer = new Writer(query, engine);
  const { filters, limit } = query;
  const good = filters.filter((filter) => filterProblem(filter) === "");
  const where = good
    .filter(({ field }) => field.aggregate === null)
    .map((filter) => writer.condition(filter));
  const having = good
    .filter(({ field }) => field.aggregate !== null)
    .map((filter) => writer.condition(filter));
  const groups = isGrouped(query)
    ? query.fields.filter(({ aggregate }) => aggregate === null).map((field) => writer.expression(field))
    : [];
  const lines = [
    `select${listOf(writer.outputs())}`,
    `from ${writer.from()}`,
    ...query.joins.map((_, index) => writer.join(index)),
    ...clause("where", where, "\n  and "),
    ...clause("group by", groups, ", "),
    ...clause("having", having, "\n  and "),
    ...clause(
      "order by",
      query.sorts.map(({ field, isDescending }) => `${writer.sortedBy(field)}${isDescending ? " desc" : ""}`),
      ", ",
    ),
    ...(limit === null ? [] : [`limit ${Math.max(0, Math.trunc(limit))}`]),
  ];
  return lines.join("\n");
}

/** Values with commas between them. */
export function listed(text: string): string[] {
  return text
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "");
}

function clause(words: string, parts: readonly string[], between: string): string[] {
  return parts.length === 0 ? [] : [`${words} ${parts.join(between)}`];
}

/** One behind its word; several each on a line. */
function listOf(parts: readonly string[]): string {
  return parts.length < 2 ? ` ${parts[0]}` : `\n  ${parts.join(",\n  ")}`;
}

class Writer {
  readonly #query: BuiltQuery;
  readonly #engine: BuilderEngine;
  /** What the statement calls each table, and whether that is another name than its own. */
  readonly #names: { name: string; isOther: boolean }[] = [];
  /** What each field is called in the result; empty for a column's own name. */
  readonly #aliases: string[] = [];

  constructor(query: BuiltQuery, engine: BuilderEngine) {
    this.#query = query;
    this.#engine = engine;
    this.#nameTables();
    this.#nameOutputs();
  }

  from(): string {
    return tableName(this.#query.table, this.#engine);
  }

  join(index: number): string {
    const { table, on, isOptional } = this.#query.joins[index]!;
    const { name, isOther } = this.#names[index + 1]!;
    const own = (column: string) => `${this.#quoted(name)}.${this.#quoted(column)}`;
    const conditions = on.map(
      (pair) => `${own(pair.own)} = ${this.expression({ ...pair, aggregate: null })}`,
    );
    const words = isOptional ? "left join" : "join";
    const alias = isOther ? ` as ${this.#quoted(name)}` : "";
    return `${words} ${tableName(table, this.#engine)}${alias} on ${conditions.join(" and ")}`;
  }

  outputs(): string[] {
    const { fields } = this.#query;
    if (fields.length === 0) return ["*"];
    return fields.map((field, index) => {
      const alias = this.#aliases[index];
      return this.expression(field) + (alias ? ` as ${this.#quoted(alias)}` : "");
    });
  }

  expression({ source, column, aggregate }: Field): string {
    if (column === null) return "count(*)";
    const name = this.#quoted(column);
    const value =
      this.#query.joins.length === 0 ? name : `${this.#quoted(this.#names[source]!.name)}.${name}`;
    if (aggregate === null) return value;
    return aggregate === "distinct" ? `count(distinct ${value})` : `${aggregate}(${value})`;
  }

  /** By the name in the result where there is one. */
  sortedBy(field: Field): string {
    const index = this.#query.fields.findIndex((each) => isSameField(each, field));
    const alias = this.#aliases[index];
    return alias ? this.#quoted(alias) : this.expression(field);
  }

  condition(filter: Filter): string {
    const { field, test, kind, values } = filter;
    const [first = "", second = ""] = values;
    const name = this.expression(field);
    const value = (text: string) => literal(text, kind, this.#engine);
    // There LIKE tells upper from lower case.
    const like = ["postgresql", "duckdb"].includes(this.#engine) ? "ilike" : "like";
    const matches = (before: boolean, behind: boolean) =>
      `${name} ${like} ${pattern(first, before, behind, this.#engine)}`;
    switch (test) {
      case "is":
        return `${name} = ${value(first)}`;
      case "is_not":
        return `${name} <> ${value(first)}`;
      case "less":
        return `${name} < ${value(first)}`;
      case "at_most":
        return `${name} <= ${value(first)}`;
      case "more":
        return `${name} > ${value(first)}`;
      case "at_least":
        return `${name} >= ${value(first)}`;
      case "between":
        return `${name} between ${value(first)} and ${value(second)}`;
      case "one_of":
        return `${name} in (${listed(first).map(value).join(", ")})`;
      case "contains":
        return matches(true, true);
      case "begins":
        return matches(false, true);
      case "ends":
        return matches(true, false);
      case "true":
        return `${name} is true`;
      case "false":
        return `${name} is false`;
      case "missing":
        return `${name} is null`;
      case "present":
        return `${name} is not null`;
    }
  }

  /** A table that is there twice is called by the column that leads to it. */
  #nameTables(): void {
    const taken = new Set([this.#query.table.name.toLowerCase()]);
    this.#names.push({ name: this.#query.table.name, isOther: false });
    for (const { table, on } of this.#query.joins) {
      const leading = on[0]?.column.replace(/_id$/i, "") ?? "";
      const name = free([table.name, leading, `${table.name}_${leading}`], taken);
      this.#names.push({ name, isOther: name !== table.name });
    }
  }

  #nameOutputs(): void {
    const taken = new Set<string>();
    for (const { column, aggregate, source } of this.#query.fields) {
      const own = column ?? "";
      const table = this.#names[source]!.name;
      const wanted =
        aggregate === null
          ? [own, `${table}_${own}`]
          : [figureName(aggregate, column), `${figureName(aggregate, column)}_of_${table}`];
      const name = free(wanted, taken);
      this.#aliases.push(aggregate === null && name === own ? "" : name);
    }
  }

  #quoted(name: string): string {
    return quoted(name, this.#engine);
  }
}

function figureName(aggregate: Aggregate, column: string | null): string {
  if (column === null) return "row_count";
  return aggregate === "distinct" ? `${column}_distinct` : `${aggregate}_${column}`;
}

/** The first that nothing else has, else one with a number. */
function free(wanted: readonly string[], taken: Set<string>): string {
  let name = wanted.find((each) => each !== "" && !taken.has(each.toLowerCase()));
  for (let number = 2; name === undefined; number++) {
    const numbered = `${wanted[0]}_${number}`;
    if (!taken.has(numbered.toLowerCase())) name = numbered;
  }
  taken.add(name.toLowerCase());
  return name;
}

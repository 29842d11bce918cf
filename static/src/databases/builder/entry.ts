/** The query builder: loaded when the first query is built. */
import type { NotebookPage } from "../../elements/notebook-page.ts";
import rules from "../../styles/roots/query-builder.css" with { type: "text" };
import { adoptStyles } from "../adopted-styles.ts";
// Loaded already: named here, the page's own scripts are cut into the same pieces as without the builder.
import "../entry.ts";
import { QueryBuilder, type QueryBuilderParts } from "./query-builder.ts";

/** A builder that begins with the parts' table. */
export function openBuilder(page: NotebookPage, signal: AbortSignal, parts: QueryBuilderParts): HTMLElement {
  adoptStyles(page, rules, signal);
  return new QueryBuilder(parts);
}

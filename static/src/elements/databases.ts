/** What databases add to a notebook's page: the seam to the part of the app that is loaded when it is wanted. */
import type { Extension } from "@codemirror/state";
import type * as Y from "yjs";
import type { Cell } from "../document/notebook.ts";
import type { NotebookPage } from "./notebook-page.ts";

/** Asks its page for an update when what it shows has changed. */
export interface Databases {
  /** What stands beside the cells: the schema browser, a plan, the query builder; null while none is open. */
  panel(): unknown;
  /** Shows or hides the schema browser. */
  togglePanel(): void;
  /** Shows what the database would do for the active cell. */
  explain(): void;
  /** Which connection a SQL cell asks, to choose; and its plan. */
  connectionField(cell: Cell): unknown;
  /** How the source of a SQL cell is read, completed and marked. */
  sqlLanguage(text: Y.Text): Extension;
  close(): void;
}

export type StartDatabases = (page: NotebookPage) => Promise<Databases>;

/** Asks what the database would do for a SQL cell, and shows it in the plan's panel. */
import type { Cell } from "../document/notebook.ts";
import type { CommChannel } from "../outputs/output.ts";
import type { DataRequests } from "./data-requests.ts";
import type { PlanPanel } from "./plan-panel.ts";
import { RelayRefusal } from "./relay-answers.ts";
import { connectionOf } from "./sql-cell.ts";
import { sqlParameters } from "./sql-parameters.ts";
import { markedLine } from "./sql-place.ts";

/** To plan takes milliseconds; a database that takes longer is not waited for. */
const MAX_SECONDS = 20;

export interface CellPlanParts {
  requests: Pick<DataRequests, "explain" | "status">;
  kernel: CommChannel;
  panel: PlanPanel;
}

export class CellPlan {
  readonly #parts: CellPlanParts;
  /** What came for an older question is not shown. */
  #asked = 0;

  constructor(parts: CellPlanParts) {
    this.#parts = parts;
  }

  /** Shows the plan, or why there is none; never rejects. */
  async ask(cell: Cell | undefined, label: string): Promise<void> {
    const { panel } = this.#parts;
    const asked = ++this.#asked;
    const connection = cell && connectionOf(cell);
    panel.heading = connection ? `${label}, asked of ${connection}` : label;
    const queryId = crypto.randomUUID();
    const sql = cell ? sqlOf(cell) : "";
    try {
      if (!cell || !isSql(cell) || !connection || sql.trim() === "") throw noPlan(cell, connection ?? null);
      panel.show({ kind: "waiting", words: this.#waitingWords });
      const parameters = await sqlParameters(sql, this.#parts.kernel);
      const request = { sql, parameters, max_seconds: MAX_SECONDS, query_id: queryId };
      const plan = await this.#parts.requests.explain(connection, request);
      if (asked === this.#asked) panel.show({ kind: "plan", plan });
    } catch (error) {
      const place = await this.#placeOf(queryId, sql);
      if (asked === this.#asked) panel.show({ kind: "failed", error, place });
    }
  }

  get #waitingWords(): string {
    const isBusy = this.#parts.kernel.state?.kind === "busy";
    return isBusy ? "Python is running a cell: the plan comes when that is done." : "Asking the database…";
  }

  /** The relay knows of a question that reached the database, and where it found an error. */
  async #placeOf(queryId: string, sql: string): Promise<string> {
    try {
      const { position } = await this.#parts.requests.status(queryId);
      return position === null || position === undefined ? "" : markedLine(sql, position);
    } catch (error) {
      // A question that was refused before has no place, and what was refused is said already.
      if (error instanceof RelayRefusal) return "";
      throw error;
    }
  }
}

const MAGIC = /^\s*%%sql\b[^\n]*\n?/;

function isSql({ language, source }: Cell): boolean {
  return language === "sql" || MAGIC.test(source);
}

/** As the kernel sends it: without the magic, and without white space at its end. */
function sqlOf({ language, source }: Cell): string {
  return (language === "sql" ? source : source.replace(MAGIC, "")).trimEnd();
}

function noPlan(cell: Cell | undefined, connection: string | null): RelayRefusal {
  if (!cell || !isSql(cell))
    return new RelayRefusal("refused", "This is no SQL cell.", "Choose a SQL cell, then ask for its plan.");
  if (connection === null)
    return new RelayRefusal(
      "refused",
      "A plan is a database’s, and this cell asks none.",
      "Choose a connection in the cell’s tools.",
    );
  return new RelayRefusal("refused", "The cell holds no SQL.", "Write a statement, then ask for its plan.");
}

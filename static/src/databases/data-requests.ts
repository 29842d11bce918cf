/** What a page asks of the relay's data service: contracts/data.py says how it is answered. */
import {
  CONNECTIONS_PATH,
  DATA_PATH,
  QUERIES_PATH,
  type QueryRequest,
  QueryStatus,
} from "../contracts/generated.ts";
import {
  ConnectionList,
  DatabaseSchema,
  QueryPlan,
  TableFigures,
  type TableReference,
  TableSample,
} from "../contracts/generated-databases.ts";
import type { RelayAnswers } from "./relay-answers.ts";

/** Every method throws RelayRefusal. */
export class DataRequests {
  readonly #relay: RelayAnswers;

  constructor(relay: RelayAnswers) {
    this.#relay = relay;
  }

  connections(): Promise<ConnectionList> {
    return this.#relay.ask(CONNECTIONS_PATH, ConnectionList);
  }

  schema(connection: string): Promise<DatabaseSchema> {
    return this.#relay.ask(pathOf(connection, "schema"), DatabaseSchema);
  }

  sample(connection: string, table: TableReference): Promise<TableSample> {
    return this.#relay.ask(pathOf(connection, "sample"), TableSample, { method: "POST", body: table });
  }

  profile(connection: string, table: TableReference): Promise<TableFigures> {
    return this.#relay.ask(pathOf(connection, "profile"), TableFigures, { method: "POST", body: table });
  }

  explain(connection: string, request: QueryRequest): Promise<QueryPlan> {
    return this.#relay.ask(pathOf(connection, "explain"), QueryPlan, { method: "POST", body: request });
  }

  /** How a query, or a question for a plan, of this `query_id` stands or ended. */
  status(queryId: string): Promise<QueryStatus> {
    return this.#relay.ask(`${QUERIES_PATH}/${encodeURIComponent(queryId)}`, QueryStatus);
  }
}

function pathOf(connection: string, what: string): string {
  return `${DATA_PATH}/${encodeURIComponent(connection)}/${what}`;
}

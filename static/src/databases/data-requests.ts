/** What a page asks of the relay's data service: contracts/data.py says how it is answered. */
import {
  CONNECTIONS_PATH,
  DATA_PATH,
  DocumentHosts,
  NET_HOSTS_PATH,
  QUERIES_PATH,
  type QueryRequest,
  QueryStatus,
  ROOMS_PATH,
  RoomStatus,
} from "../contracts/generated.ts";
import {
  type ConnectionInfo,
  ConnectionList,
  DatabaseSchema,
  DocumentConnections,
  QueryPlan,
  TableFigures,
  type TableReference,
  TableSample,
} from "../contracts/generated-databases.ts";
import type { RelayAnswers } from "./relay-answers.ts";

export interface UsableConnections {
  list: readonly ConnectionInfo[];
  /** Whether this person may declare connections. */
  mayManage: boolean;
  /** What the owners of a shared notebook chose, and from what; null for one's own. */
  ofNotebook: DocumentConnections | null;
}

/** Every method throws RelayRefusal. */
export class DataRequests {
  readonly #relay: RelayAnswers;
  readonly #documentId: () => string | null;

  /** `documentId` is the shared notebook in whose name is asked; null for one's own. */
  constructor(relay: RelayAnswers, documentId: () => string | null) {
    this.#relay = relay;
    this.#documentId = documentId;
  }

  get isShared(): boolean {
    return this.#documentId() !== null;
  }

  async connections(): Promise<UsableConnections> {
    if (this.isShared)
      return usable(await this.#relay.ask(this.#below(CONNECTIONS_PATH), DocumentConnections));
    const { connections, may_manage } = await this.#relay.ask(CONNECTIONS_PATH, ConnectionList);
    return { list: connections, mayManage: may_manage ?? false, ofNotebook: null };
  }

  /** For a shared notebook, by an owner; null leaves it at what each person may use. */
  async choose(connections: string[] | null): Promise<UsableConnections> {
    const put = { method: "PUT", body: { connections } } as const;
    return usable(await this.#relay.ask(this.#below(CONNECTIONS_PATH), DocumentConnections, put));
  }

  /** What a shared notebook reaches on the web through the relay, and from what its owners choose. */
  hosts(): Promise<DocumentHosts> {
    return this.#relay.ask(this.#below(NET_HOSTS_PATH), DocumentHosts);
  }

  /** By an owner; null leaves it at what is open to every notebook. */
  chooseHosts(hosts: string[] | null): Promise<DocumentHosts> {
    return this.#relay.ask(this.#below(NET_HOSTS_PATH), DocumentHosts, { method: "PUT", body: { hosts } });
  }

  /** Whether this person may choose what a shared notebook uses. */
  async mayChoose(): Promise<boolean> {
    return (await this.#relay.ask(this.#below(""), RoomStatus)).role === "owner";
  }

  schema(connection: string): Promise<DatabaseSchema> {
    return this.#relay.ask(this.#pathOf(connection, "schema"), DatabaseSchema);
  }

  sample(connection: string, table: TableReference): Promise<TableSample> {
    return this.#relay.ask(this.#pathOf(connection, "sample"), TableSample, { method: "POST", body: table });
  }

  profile(connection: string, table: TableReference): Promise<TableFigures> {
    return this.#relay.ask(this.#pathOf(connection, "profile"), TableFigures, {
      method: "POST",
      body: table,
    });
  }

  explain(connection: string, request: QueryRequest): Promise<QueryPlan> {
    return this.#relay.ask(this.#pathOf(connection, "explain"), QueryPlan, { method: "POST", body: request });
  }

  /** How a query, or a question for a plan, of this `query_id` stands or ended. */
  status(queryId: string): Promise<QueryStatus> {
    return this.#relay.ask(`${QUERIES_PATH}/${encodeURIComponent(queryId)}`, QueryStatus);
  }

  #pathOf(connection: string, what: string): string {
    return this.#below(`${DATA_PATH}/${encodeURIComponent(connection)}/${what}`);
  }

  #below(path: string): string {
    const id = this.#documentId();
    return id === null
      ? path
      : [ROOMS_PATH, encodeURIComponent(id), ...(path === "" ? [] : [path])].join("/");
  }
}

function usable(ofNotebook: DocumentConnections): UsableConnections {
  const { offered, chosen, may_manage } = ofNotebook;
  const list = offered.filter(({ name, every_notebook }) => chosen?.includes(name) ?? every_notebook ?? true);
  return { list, mayManage: may_manage ?? false, ofNotebook };
}

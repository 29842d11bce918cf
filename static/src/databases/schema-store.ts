/** The connections and their schemas, asked for once and kept until somebody wants them anew. */
import type { ConnectionInfo, DatabaseSchema } from "../contracts/generated-databases.ts";
import type { DataRequests, UsableConnections } from "./data-requests.ts";

/** Something the relay has, as far as this page knows. */
export type Known<Value> =
  | { kind: "unknown" }
  | { kind: "loading"; before: Value | null }
  | { kind: "here"; value: Value; at: Date }
  | { kind: "failed"; error: unknown; before: Value | null };

const UNKNOWN = { kind: "unknown" } as const;

/** What there is to show of it: also while it is asked for anew, and when that failed. */
export function valueOf<Value>(known: Known<Value>): Value | null {
  if (known.kind === "unknown") return null;
  return known.kind === "here" ? known.value : known.before;
}

/** Fires "change" whenever something is asked for, has come, or has not. */
export class SchemaStore extends EventTarget {
  readonly #requests: Pick<DataRequests, "connections" | "schema">;
  readonly #now: () => Date;
  #connections: Known<UsableConnections> = UNKNOWN;
  readonly #schemas = new Map<string, Known<DatabaseSchema>>();

  constructor(requests: Pick<DataRequests, "connections" | "schema">, now: () => Date = () => new Date()) {
    super();
    this.#requests = requests;
    this.#now = now;
  }

  get connections(): Known<UsableConnections> {
    return this.#connections;
  }

  connection(name: string): ConnectionInfo | undefined {
    return valueOf(this.#connections)?.list.find((connection) => connection.name === name);
  }

  schema(connection: string): Known<DatabaseSchema> {
    return this.#schemas.get(connection) ?? UNKNOWN;
  }

  /** Asks for the connections, unless they are known. Never rejects: see `connections`. */
  async wantConnections(anew = false): Promise<void> {
    if (!isWanted(this.#connections, anew)) return;
    await this.#follow(
      this.#connections,
      () => this.#requests.connections(),
      (known) => {
        this.#connections = known;
      },
    );
  }

  /** Asks for a schema, unless it is known. Never rejects: see `schema`. */
  async wantSchema(connection: string, anew = false): Promise<void> {
    const known = this.schema(connection);
    if (!isWanted(known, anew)) return;
    await this.#follow(
      known,
      () => this.#requests.schema(connection),
      (next) => this.#schemas.set(connection, next),
    );
  }

  /** Everything that is known, asked for anew. */
  async refresh(): Promise<void> {
    const known = [...this.#schemas.keys()];
    await Promise.all([this.wantConnections(true), ...known.map((name) => this.wantSchema(name, true))]);
  }

  async #follow<Value>(
    known: Known<Value>,
    ask: () => Promise<Value>,
    keep: (known: Known<Value>) => void,
  ): Promise<void> {
    const before = valueOf(known);
    const put = (next: Known<Value>) => {
      keep(next);
      this.dispatchEvent(new Event("change"));
    };
    put({ kind: "loading", before });
    try {
      put({ kind: "here", value: await ask(), at: this.#now() });
    } catch (error) {
      put({ kind: "failed", error, before });
    }
  }
}

function isWanted(known: Known<unknown>, anew: boolean): boolean {
  return known.kind !== "loading" && (anew || known.kind !== "here");
}

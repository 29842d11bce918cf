/** What whoever runs the relay asks of it: contracts/operator.py says how it is answered. */
import {
  AUDIT_CHAIN_PATH,
  AUDIT_EXPORT_PATH,
  AuditChain,
  AuditPage,
  ConnectionTest,
  DeclaredConnections,
  type NewConnection,
  OPERATOR_AUDIT_PATH,
  OPERATOR_CONNECTIONS_PATH,
} from "../contracts/generated-databases.ts";
import type { RelayAnswers } from "./relay-answers.ts";

export interface AuditChoice {
  connection: string;
  actor: string;
  /** Older records than this one. */
  before: number | null;
}

/** Every method throws RelayRefusal. */
export class OperatorRequests {
  readonly #relay: RelayAnswers;

  constructor(relay: RelayAnswers) {
    this.#relay = relay;
  }

  connections(): Promise<DeclaredConnections> {
    return this.#relay.ask(OPERATOR_CONNECTIONS_PATH, DeclaredConnections);
  }

  add(connection: NewConnection): Promise<DeclaredConnections> {
    return this.#relay.ask(OPERATOR_CONNECTIONS_PATH, DeclaredConnections, {
      method: "POST",
      body: connection,
    });
  }

  remove(name: string): Promise<DeclaredConnections> {
    return this.#relay.ask(pathOf(name), DeclaredConnections, { method: "DELETE" });
  }

  test(name: string): Promise<ConnectionTest> {
    return this.#relay.ask(`${pathOf(name)}/test`, ConnectionTest, { method: "POST" });
  }

  audit({ connection, actor, before }: AuditChoice): Promise<AuditPage> {
    const asked = new URLSearchParams();
    if (connection !== "") asked.set("connection", connection);
    if (actor !== "") asked.set("actor", actor);
    if (before !== null) asked.set("before", String(before));
    return this.#relay.ask(`${OPERATOR_AUDIT_PATH}?${asked}`, AuditPage);
  }

  chain(): Promise<AuditChain> {
    return this.#relay.ask(AUDIT_CHAIN_PATH, AuditChain);
  }

  /** Of the whole log, as lines of JSON. */
  get exportAddress(): URL {
    return this.#relay.address(AUDIT_EXPORT_PATH);
  }
}

function pathOf(name: string): string {
  return `${OPERATOR_CONNECTIONS_PATH}/${encodeURIComponent(name)}`;
}

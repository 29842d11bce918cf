/** For which engines the query builder writes SQL. */
import type { ConnectionInfo } from "../contracts/generated-databases.ts";
import type { BuilderEngine } from "./builder/query.ts";

const BUILDABLE: readonly string[] = ["postgresql", "mysql", "sqlite", "duckdb"] satisfies BuilderEngine[];

export function isBuildable(engine: ConnectionInfo["engine"] | undefined): engine is BuilderEngine {
  return engine !== undefined && BUILDABLE.includes(engine);
}

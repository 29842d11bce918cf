/** A SQL cell's connection: kept beside its language, or written behind `%%sql` in a Python cell. */
import { METADATA_NAMESPACE } from "../contracts/generated.ts";
import type { Cell } from "../document/cell.ts";
import { isJsonObject, type JsonObject } from "../document/json.ts";

const ARGUMENTS = "arguments";
const MAGIC = /^\s*%%sql[ \t]*([^\n]*)/;
const NAME = /^[a-z][a-z0-9_-]*/;

/** null when it names none. */
export function connectionOf(cell: Pick<Cell, "language" | "metadata" | "source">): string | null {
  return NAME.exec(argumentsOf(cell).trimStart())?.[0] ?? null;
}

/** What else stands there stays. */
export function setConnection(cell: Cell, connection: string): void {
  const rest = argumentsOf(cell).trimStart().replace(NAME, "").trimStart();
  const changed = [connection, rest].filter((word) => word !== "").join(" ");
  if (cell.language !== "sql") {
    cell.source = cell.source.replace(MAGIC, `%%sql ${changed}`.trimEnd());
    return;
  }
  const ours = cell.metadata[METADATA_NAMESPACE];
  const { [ARGUMENTS]: _, ...others } = isJsonObject(ours) ? ours : {};
  const kept: JsonObject = changed === "" ? others : { ...others, [ARGUMENTS]: changed };
  cell.setMetadata(METADATA_NAMESPACE, kept);
}

export function sqlMetadata(connection: string): Record<string, JsonObject> {
  return { [METADATA_NAMESPACE]: { language: "sql", [ARGUMENTS]: connection } };
}

function argumentsOf({ language, metadata, source }: Pick<Cell, "language" | "metadata" | "source">): string {
  if (language !== "sql") return MAGIC.exec(source)?.[1] ?? "";
  const ours = metadata[METADATA_NAMESPACE];
  const given = isJsonObject(ours) ? ours[ARGUMENTS] : undefined;
  return typeof given === "string" ? given : "";
}

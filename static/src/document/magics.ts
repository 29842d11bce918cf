/** Cells in another language are code cells whose file form begins with a magic, so that they also run in Jupyter. */
import { METADATA_NAMESPACE } from "../contracts/generated.ts";
import type { Cell } from "./cell.ts";
import { isJsonObject, type Json, type JsonObject } from "./json.ts";

export const MAGIC_LANGUAGES: readonly string[] = ["sql", "ai", "html"];

/** Key beside `language`: what stands behind the magic's name, such as a connection. */
const ARGUMENTS = "arguments";

/** What the kernel runs, and what a file holds: the source, below its language's magic. */
export function sourceToRun(cell: Pick<Cell, "type" | "language" | "metadata" | "source">): string {
  if (cell.type !== "code" || !MAGIC_LANGUAGES.includes(cell.language)) return cell.source;
  const ours = cell.metadata[METADATA_NAMESPACE];
  const given = isJsonObject(ours) ? ours[ARGUMENTS] : undefined;
  const words = typeof given === "string" && given !== "" ? ` ${given}` : "";
  return `%%${cell.language}${words}\n${cell.source}`;
}

/** A file's code cell as the document keeps it: our magic line becomes metadata; without one it is Python. */
export function withoutMagic(source: string, metadata: JsonObject): { source: string; metadata: JsonObject } {
  const ours = metadata[METADATA_NAMESPACE];
  if (!isJsonObject(ours) || typeof ours["language"] !== "string") return { source, metadata };
  if (!MAGIC_LANGUAGES.includes(ours["language"])) return { source, metadata };
  const { language, [ARGUMENTS]: _, ...rest } = ours;
  const [, name, given = "", body = ""] = /^%%(\w+)[ \t]*([^\n]*)(?:\n([\s\S]*))?$/.exec(source) ?? [];
  if (name !== language) return { source, metadata: { ...metadata, [METADATA_NAMESPACE]: rest } };
  const kept: Record<string, Json> =
    given === "" ? { ...rest, language } : { ...rest, language, [ARGUMENTS]: given };
  return { source: body, metadata: { ...metadata, [METADATA_NAMESPACE]: kept } };
}

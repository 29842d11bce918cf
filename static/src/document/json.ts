/** JSON values as the document keeps them, and the questions asked of them. */
import type { Json } from "../contracts/codec.ts";

export type { Json };
export type JsonObject = { [key: string]: Json };

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `object` without the keys of `known`; null when nothing is left. */
export function withoutKeys(object: JsonObject, known: readonly string[]): JsonObject | null {
  const rest = Object.entries(object).filter(([key]) => !known.includes(key));
  return rest.length === 0 ? null : Object.fromEntries(rest);
}

/** nbformat's multi-line strings: one string, or a list of its parts. */
export function joinLines(value: Json | undefined): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.filter((part) => typeof part === "string").join("");
  return "";
}

/** `text` cut after each line feed, as nbformat stores text on disk. */
export function splitLines(text: string): string[] {
  return text === "" ? [] : text.split(/(?<=\n)/);
}

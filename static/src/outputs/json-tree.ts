/** A JSON value as a tree whose branches are made when they are opened; long ones come in pages. */
import type { Json } from "./output.ts";

const PAGE = 100;
const PREVIEW = 60;

export interface JsonNode {
  /** A key, an index, a range of indexes; empty for the root. */
  label: string;
  kind: "object" | "array" | "page" | "string" | "number" | "boolean" | "null";
  /** The value itself, or a short look at what is inside. */
  preview: string;
  isBranch: boolean;
  children(): JsonNode[];
}

export function jsonTree(value: Json, label = ""): JsonNode {
  if (value === null || typeof value !== "object") return leaf(value, label);
  const entries = Array.isArray(value)
    ? value.map((item, i) => [String(i), item] as const)
    : Object.entries(value);
  return {
    label,
    kind: Array.isArray(value) ? "array" : "object",
    preview: previewOf(value, entries),
    isBranch: entries.length > 0,
    children: () => pagesOf(entries),
  };
}

function leaf(value: string | number | boolean | null, label: string): JsonNode {
  const kind = value === null ? "null" : (typeof value as "string" | "number" | "boolean");
  return { label, kind, preview: JSON.stringify(value), isBranch: false, children: () => [] };
}

type Entry = readonly [string, Json];

function pagesOf(entries: readonly Entry[]): JsonNode[] {
  if (entries.length <= PAGE) return entries.map(([label, value]) => jsonTree(value, label));
  // Pages of pages, so that a million items still open at once.
  const size = PAGE ** Math.ceil(Math.log(entries.length) / Math.log(PAGE) - 1);
  return Array.from({ length: Math.ceil(entries.length / size) }, (_, page) => {
    const inside = entries.slice(page * size, (page + 1) * size);
    return {
      label: `${inside[0]![0]} … ${inside.at(-1)![0]}`,
      kind: "page" as const,
      preview: "",
      isBranch: true,
      children: () => pagesOf(inside),
    };
  });
}

function previewOf(value: Json[] | { [key: string]: Json }, entries: readonly Entry[]): string {
  if (Array.isArray(value)) return entries.length === 1 ? "[1 item]" : `[${entries.length} items]`;
  let keys = "";
  for (const [key] of entries) {
    if (keys.length + key.length > PREVIEW) return `{${keys}, …}`;
    keys += keys ? `, ${key}` : key;
  }
  return `{${keys}}`;
}

/** A relay without a network: answers by path, and remembers what it was asked. */
import type { DatabaseSchema, TableInfo } from "../contracts/generated-databases.ts";
import type { Fetch } from "./relay-answers.ts";

export type FakeAnswer = { status?: number; json?: unknown; html?: string };

export class FakeRelay {
  readonly asked: string[] = [];
  readonly answers = new Map<string, FakeAnswer>();
  isGone = false;

  readonly fetch: Fetch = async (url, { method = "GET" }) => {
    const path = url.pathname.slice(1) + url.search;
    this.asked.push(`${method} ${path}`);
    if (this.isGone) throw new TypeError("Failed to fetch");
    const { status = 200, json, html } = this.answers.get(path) ?? { status: 404, html: "<!doctype html>" };
    return html === undefined
      ? Response.json(json, { status })
      : new Response(html, { status, headers: { "content-type": "text/html" } });
  };
}

export const FAKE_CONNECTION = {
  name: "shop",
  engine: "postgresql",
  description: "",
  max_seconds: 60,
  max_rows: 1000,
  max_bytes: 1000,
} as const;

/** `"public.orders": ["id integer", "Total numeric"]`, and so on. */
export function fakeSchema(tables: Record<string, readonly string[]>): DatabaseSchema {
  return {
    connection: "shop",
    tables: Object.entries(tables).map(([path, columns]): TableInfo => {
      const [schema = "", name = ""] = path.split(".");
      const infos = columns.map((column) => {
        const [own = "", type = ""] = column.split(" ");
        return { name: own, type, nullable: true };
      });
      return { schema, name, kind: "table", columns: infos };
    }),
  };
}

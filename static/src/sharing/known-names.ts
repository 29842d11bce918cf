/** Names of people by their id, also of those who have left; kept in local storage. */
import type { User } from "../contracts/generated.ts";
import type { TextStorage } from "../session/settings.ts";

const KEY = "wasm-runtime:people";
const MAX_NAMES = 200;

export class KnownNames {
  readonly #storage: TextStorage | null;
  #names: Map<string, string>;

  constructor(storage: TextStorage | null) {
    this.#storage = storage;
    this.#names = new Map(read(storage));
  }

  /** null for somebody never seen here. */
  nameOf(userId: string): string | null {
    return this.#names.get(userId) ?? null;
  }

  learn({ id, name }: User): void {
    if (this.#names.get(id) === name) return;
    this.#names.delete(id);
    this.#names.set(id, name);
    this.#names = new Map([...this.#names].slice(-MAX_NAMES));
    this.#storage?.setItem(KEY, JSON.stringify([...this.#names]));
  }
}

function read(storage: TextStorage | null): [string, string][] {
  try {
    const stored: unknown = JSON.parse(storage?.getItem(KEY) ?? "[]");
    return Array.isArray(stored) ? stored.filter(isPair) : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

function isPair(value: unknown): value is [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === "string");
}

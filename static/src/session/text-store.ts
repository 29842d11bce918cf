/** Local storage for tests and for browsers that forbid it: text in memory. */
import type { TextStorage } from "./settings.ts";

export class TextStore implements TextStorage {
  readonly #texts = new Map<string, string>();

  getItem(key: string): string | null {
    return this.#texts.get(key) ?? null;
  }

  setItem(key: string, text: string): void {
    this.#texts.set(key, text);
  }

  removeItem(key: string): void {
    this.#texts.delete(key);
  }
}

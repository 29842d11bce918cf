/** What a person has chosen for this browser: kept in local storage, read with defaults for all that is missing. */
import type { SpareChoice } from "./spare-policy.ts";

export type Theme = "system" | "light" | "dark";

export interface Settings {
  /** Install a missing import that the index knows. */
  autoInstall: boolean;
  theme: Theme;
  /** In all code cells, of every notebook. */
  lineNumbers: boolean;
  /** Environment of notebooks that name none; null means the first that is offered. */
  defaultEnvironment: string | null;
  /** Whether a second kernel waits, so that restarts and other notebooks start at once. */
  spareKernel: SpareChoice;
}

export const DEFAULT_SETTINGS: Settings = {
  autoInstall: true,
  theme: "system",
  lineNumbers: false,
  defaultEnvironment: null,
  spareKernel: "automatic",
};

const KEY = "wasm-runtime:settings";
const THEMES: readonly unknown[] = ["system", "light", "dark"];
const SPARE_CHOICES: readonly unknown[] = ["automatic", "always", "never"];

/** The two calls of local storage that are used; it throws where a browser forbids storage. */
export type TextStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export class SettingsStore extends EventTarget {
  readonly #storage: TextStorage | null;
  #settings: Settings;

  /** `storage` null: settings last as long as the page. Fires "change" after every change. */
  constructor(storage: TextStorage | null) {
    super();
    this.#storage = storage;
    this.#settings = readSettings(storage?.getItem(KEY) ?? null);
  }

  get current(): Readonly<Settings> {
    return this.#settings;
  }

  change(changes: Partial<Settings>): void {
    this.#settings = { ...this.#settings, ...changes };
    this.#storage?.setItem(KEY, JSON.stringify(this.#settings));
    this.dispatchEvent(new Event("change"));
  }
}

/** `text` as settings; what is missing, damaged or unknown becomes the default. */
export function readSettings(text: string | null): Settings {
  const stored = parsed(text);
  const { autoInstall, theme, lineNumbers, defaultEnvironment, spareKernel } = stored;
  return {
    autoInstall: typeof autoInstall === "boolean" ? autoInstall : DEFAULT_SETTINGS.autoInstall,
    theme: THEMES.includes(theme) ? (theme as Theme) : DEFAULT_SETTINGS.theme,
    lineNumbers: typeof lineNumbers === "boolean" ? lineNumbers : DEFAULT_SETTINGS.lineNumbers,
    defaultEnvironment: typeof defaultEnvironment === "string" ? defaultEnvironment : null,
    spareKernel: SPARE_CHOICES.includes(spareKernel)
      ? (spareKernel as SpareChoice)
      : DEFAULT_SETTINGS.spareKernel,
  };
}

function parsed(text: string | null): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? "{}");
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

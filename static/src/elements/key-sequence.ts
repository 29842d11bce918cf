/** From key presses to commands: names a chord, and follows sequences such as "d d". */

/** The parts of a KeyboardEvent that name a chord. */
export type KeyPress = Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

/** How long the next key of a sequence may take. */
const SEQUENCE_MILLISECONDS = 800;

const MODIFIER_KEYS = new Set(["Shift", "Control", "Alt", "Meta", "AltGraph", "CapsLock"]);

/** All spellings of a key press, the most specific first: on a Mac, Command is "Mod"; elsewhere Control is. */
export function chordsOf(press: KeyPress, isMac: boolean): string[] {
  if (MODIFIER_KEYS.has(press.key)) return [];
  const key = nameOfKey(press);
  const rest = `${press.altKey ? "Alt-" : ""}${press.shiftKey ? "Shift-" : ""}${key}`;
  const isMod = isMac ? press.metaKey && !press.ctrlKey : press.ctrlKey && !press.metaKey;
  if (press.ctrlKey && press.metaKey) return [];
  if (isMod) return isMac ? [`Mod-${rest}`] : [`Ctrl-${rest}`, `Mod-${rest}`];
  if (press.ctrlKey) return [`Ctrl-${rest}`];
  return press.metaKey ? [] : [rest];
}

/** Letters in lower case, whatever Shift did to them; digits and minus by their place, as Shift changes the sign. */
function nameOfKey({ key, code }: KeyPress): string {
  if (code === "Minus") return "Minus";
  const digit = /^Digit(\d)$/.exec(code);
  if (digit && /^\D$/.test(key)) return digit[1]!;
  return key.length === 1 ? key.toLowerCase() : key;
}

export class KeySequence<Id extends string> {
  readonly #keymap: ReadonlyMap<string, Id>;
  readonly #prefixes: ReadonlySet<string>;
  readonly #now: () => number;
  #pending = "";
  #pendingUntil = 0;

  constructor(keymap: ReadonlyMap<string, Id>, now: () => number = () => performance.now()) {
    this.#keymap = keymap;
    this.#now = now;
    this.#prefixes = new Set([...keymap.keys()].filter((k) => k.includes(" ")).map((k) => k.split(" ")[0]!));
  }

  /** The command that this press completes, "pending" inside a sequence, or null when it means nothing. */
  press(press: KeyPress, isMac: boolean): Id | "pending" | null {
    const chords = chordsOf(press, isMac);
    const before = this.#now() < this.#pendingUntil ? this.#pending : "";
    if (chords.length > 0) this.#pending = "";
    for (const chord of chords) {
      const id = (before && this.#keymap.get(`${before} ${chord}`)) || this.#keymap.get(chord);
      if (id) return id;
      if (!this.#prefixes.has(chord)) continue;
      this.#pending = chord;
      this.#pendingUntil = this.#now() + SEQUENCE_MILLISECONDS;
      return "pending";
    }
    return null;
  }
}

/** A chord as people read it: "Ctrl Shift −" or "⌘ ⇧ −". */
export function readableKeys(keys: string, isMac: boolean): string[][] {
  const names: Record<string, string> = {
    Mod: isMac ? "⌘" : "Ctrl",
    Ctrl: isMac ? "⌃" : "Ctrl",
    Alt: isMac ? "⌥" : "Alt",
    Shift: isMac ? "⇧" : "Shift",
    ArrowUp: "↑",
    ArrowDown: "↓",
    Escape: "Esc",
    Minus: "−",
  };
  const readable = (part: string) => names[part] ?? (part.length === 1 ? part.toUpperCase() : part);
  return keys.split(" ").map((chord) => chord.split("-").map(readable));
}

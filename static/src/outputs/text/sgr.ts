/** Terminal colours and weights: "select graphic rendition", ECMA-48 section 8.3.117, with xterm's 256 and true colours. */

/** A palette entry by number, or red, green and blue. */
export type Colour = number | readonly [number, number, number];

export interface TextStyle {
  readonly foreground: Colour | null;
  readonly background: Colour | null;
  readonly flags: readonly Flag[];
}

export type Flag = "bold" | "faint" | "italic" | "underline" | "inverse" | "strike";

export const PLAIN: TextStyle = { foreground: null, background: null, flags: [] };

const FLAG_ON: Record<number, Flag> = {
  1: "bold",
  2: "faint",
  3: "italic",
  4: "underline",
  7: "inverse",
  9: "strike",
};
const FLAG_OFF: Record<number, readonly Flag[]> = {
  22: ["bold", "faint"],
  23: ["italic"],
  24: ["underline"],
  27: ["inverse"],
  29: ["strike"],
};

/** `style` after `ESC [ parameters m`. */
export function applySgr(style: TextStyle, parameters: string): TextStyle {
  const codes = parameters.split(/[;:]/).map(Number);
  let { foreground, background } = style;
  let flags = style.flags;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    if (code === 0) [foreground, background, flags] = [null, null, []];
    else if (code === 39) foreground = null;
    else if (code === 49) background = null;
    else if (code === 38 || code === 48) {
      const [colour, used] = extendedColour(codes, i + 1);
      i += used;
      if (code === 38) foreground = colour;
      else background = colour;
    } else if (code >= 30 && code <= 37) foreground = code - 30;
    else if (code >= 90 && code <= 97) foreground = code - 82;
    else if (code >= 40 && code <= 47) background = code - 40;
    else if (code >= 100 && code <= 107) background = code - 92;
    else if (FLAG_ON[code]) flags = [...flags.filter((flag) => flag !== FLAG_ON[code]), FLAG_ON[code]];
    else if (FLAG_OFF[code]) flags = flags.filter((flag) => !FLAG_OFF[code]!.includes(flag));
  }
  const isPlain = foreground === null && background === null && flags.length === 0;
  return isPlain ? PLAIN : { foreground, background, flags };
}

/** The colour that follows 38 or 48, and how many codes it took. */
function extendedColour(codes: readonly number[], at: number): [Colour | null, number] {
  const byte = (index: number): number => Math.min(255, Math.max(0, Math.trunc(codes[index] || 0)));
  if (codes[at] === 5) return [paletteColour(byte(at + 1)), 2];
  if (codes[at] === 2) return [[byte(at + 1), byte(at + 2), byte(at + 3)], 4];
  return [null, 0];
}

/** xterm's palette: 16 named colours (left to the theme), a 6x6x6 cube, 24 greys. */
export function paletteColour(index: number): Colour {
  if (index < 16) return index;
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return [grey, grey, grey];
  }
  const level = (step: number): number => (step === 0 ? 0 : 55 + step * 40);
  const cube = index - 16;
  return [level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6)];
}

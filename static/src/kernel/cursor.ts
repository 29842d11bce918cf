/** Positions in source text: the editor counts UTF-16 units, Python counts code points. */

/** How many code points stand before the UTF-16 offset; half a surrogate pair counts as before it. */
export function toCodePoints(text: string, utf16Offset: number): number {
  let points = 0;
  for (let at = 0; at < Math.min(utf16Offset, text.length); points++) {
    const width = text.codePointAt(at)! > 0xffff ? 2 : 1;
    if (at + width > utf16Offset) break;
    at += width;
  }
  return points;
}

/** The UTF-16 offset of the code point with this index; past the end is the end. */
export function toUtf16(text: string, codePointOffset: number): number {
  let at = 0;
  for (let points = 0; points < codePointOffset && at < text.length; points++) {
    at += text.codePointAt(at)! > 0xffff ? 2 : 1;
  }
  return at;
}

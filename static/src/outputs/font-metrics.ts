/** KaTeX's font metrics in a third of the characters: whole columns of small numbers. */

/** Of each font, of each character code: depth, height, italic correction, skew and width, in em. */
export type FontMetrics = Record<string, Record<string, number[]>>;

/** Of each font: the steps from one character code to the next, then the five columns in 1/100,000 em. */
export type PackedMetrics = Record<string, string[]>;

const COLUMNS = [0, 1, 2, 3, 4];
const UNITS_PER_EM = 100_000;
/** Digits in base 36; nothing stands for the value that is most frequent. */
const RADIX = 36;

export function packMetrics(metrics: FontMetrics): PackedMetrics {
  const pack = (numbers: number[], usual: number) =>
    numbers.map((each) => (each === usual ? "" : each.toString(RADIX))).join();
  return mapFonts(metrics, (characters) => {
    const codes = Object.keys(characters).map(Number);
    const steps = codes.map((code, index) => code - (codes[index - 1] ?? 0));
    const columns = COLUMNS.map((column) =>
      Object.values(characters).map((values) => Math.round(values[column]! * UNITS_PER_EM)),
    );
    return [pack(steps, 1), ...columns.map((column) => pack(column, 0))];
  });
}

export function unpackMetrics(packed: PackedMetrics): FontMetrics {
  const unpack = (text: string, usual: number) =>
    text.split(",").map((each) => (each === "" ? usual : Number.parseInt(each, RADIX)));
  return mapFonts(packed, ([steps = "", ...columns]) => {
    const values = columns.map((column) => unpack(column, 0));
    let code = 0;
    return Object.fromEntries(
      unpack(steps, 1).map((step, index) => {
        code += step;
        return [code, values.map((column) => column[index]! / UNITS_PER_EM)];
      }),
    );
  });
}

function mapFonts<From, To>(fonts: Record<string, From>, change: (font: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(fonts).map(([name, font]) => [name, change(font)]));
}

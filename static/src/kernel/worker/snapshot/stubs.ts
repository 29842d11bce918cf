/** Functions that stand in the table for those of modules that nobody has called yet.
 *
 * Compiling every extension module costs more than all else of a start, and a notebook calls few of them.
 * A stub has the type of the function it stands for: it has the module instantiated, which puts the real
 * function into the slot, and calls that slot again.
 */

/** A table slot and the type of what belongs there, as `functionTypes` writes it. */
export interface Slot {
  index: number;
  type: string;
}

const MAGIC = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const SECTION = { type: 1, import: 2, function: 3, element: 9, code: 10 } as const;
const FUNCTION_TYPE = 0x60;
const I32 = 0x7f;
const FUNCREF = 0x70;
const KIND = { function: 0, table: 1 } as const;
const OP = { call: 0x10, callIndirect: 0x11, localGet: 0x20, i32Const: 0x41, end: 0x0b } as const;

/**
 * A module of stubs for `slots`, which are in ascending order. It imports `stubs.table` and
 * `stubs.load(index)`; instantiating it fills the slots.
 */
export function stubModule(slots: readonly Slot[]): Uint8Array {
  const types = [...new Set(slots.map(({ type }) => type))];
  const typeIndex = new Map(types.map((type, index) => [type, index]));
  const load = types.length;
  const body = (slot: Slot): number[] => {
    const type = typeIndex.get(slot.type) as number;
    const parameters = Array.from({ length: slot.type.charCodeAt(0) }, (_, i) => [OP.localGet, ...number(i)]);
    const index = [OP.i32Const, ...signed(slot.index)];
    const code = [
      0,
      ...index,
      ...[OP.call, 0],
      ...parameters.flat(),
      ...index,
      ...[OP.callIndirect, ...number(type), 0],
      OP.end,
    ];
    return [...number(code.length), ...code];
  };
  const imports = [
    [...text("stubs"), ...text("load"), KIND.function, ...number(load)],
    [...text("stubs"), ...text("table"), KIND.table, FUNCREF, 0, 0],
  ];
  const typeBytes = types.map((type) => [FUNCTION_TYPE, ...Array.from(type, (byte) => byte.charCodeAt(0))]);
  return Uint8Array.from([
    ...MAGIC,
    ...section(SECTION.type, [...typeBytes, [FUNCTION_TYPE, 1, I32, 0]]),
    ...section(SECTION.import, imports),
    ...section(
      SECTION.function,
      slots.map(({ type }) => number(typeIndex.get(type) as number)),
    ),
    ...section(SECTION.element, segments(slots)),
    ...section(SECTION.code, slots.map(body)),
  ]);
}

/** One segment for each run of neighbouring slots; function 0 is the imported one. */
function segments(slots: readonly Slot[]): number[][] {
  const runs: number[][] = [];
  for (let i = 0; i < slots.length; i++)
    if (i > 0 && slots[i]?.index === (slots[i - 1] as Slot).index + 1) runs.at(-1)?.push(i);
    else runs.push([i]);
  return runs.map((run) => [
    0,
    OP.i32Const,
    ...signed((slots[run[0] as number] as Slot).index),
    OP.end,
    ...number(run.length),
    ...run.flatMap((i) => number(i + 1)),
  ]);
}

function section(id: number, items: number[][]): number[] {
  const body = [...number(items.length), ...items.flat()];
  // Spreading a long list into a call overflows the stack; concatenation does not.
  return [id, ...number(body.length)].concat(body);
}

function text(value: string): number[] {
  return [value.length, ...Array.from(value, (character) => character.charCodeAt(0))];
}

/** Unsigned LEB128. */
function number(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest];
    bytes.push((rest & 0x7f) | 0x80);
  }
}

/** Signed LEB128 of a number that is not negative. */
function signed(value: number): number[] {
  const bytes = number(value);
  if (((bytes.at(-1) as number) & 0x40) === 0) return bytes;
  return [...bytes.slice(0, -1), (bytes.at(-1) as number) | 0x80, 0];
}

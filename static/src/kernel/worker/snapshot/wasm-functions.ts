/** The types of a side module's functions, read off its binary: of those it puts into the table, and of its exports. */

export interface FunctionTypes {
  /** By position after the module's table base. */
  table: string[];
  exports: Map<string, string>;
}

const SECTION = { type: 1, import: 2, function: 3, export: 7, element: 9 } as const;
const FUNCTION_TYPE = 0x60;
const KIND = { function: 0, table: 1, memory: 2, global: 3, tag: 4 } as const;
const GLOBAL_GET = 0x23;
const END = 0x0b;
/** i32, i64, f32, f64, v128, funcref, externref: all that take one byte. */
const ONE_BYTE_TYPES = new Set([0x7f, 0x7e, 0x7d, 0x7c, 0x7b, 0x70, 0x6f]);

/**
 * A type is written as its bytes in a type section, as a string of those characters. Throws for a binary
 * of another make than the linker's for position-independent code.
 */
export function functionTypes(binary: Uint8Array): FunctionTypes {
  const reader = new Reader(binary, 8, binary.length);
  const types: string[] = [];
  const functions: number[] = [];
  const found: FunctionTypes = { table: [], exports: new Map() };
  let tableBase = -1;
  const typeOf = (index: number): string => {
    const type = types[functions[index] ?? -1];
    if (type === undefined) throw new Error(`there is no function ${index}`);
    return type;
  };
  while (!reader.atEnd) {
    const id = reader.byte();
    const section = reader.part(reader.number());
    if (id === SECTION.type) section.list(() => types.push(functionType(section)));
    else if (id === SECTION.import) tableBase = imports(section, functions);
    else if (id === SECTION.function) section.list(() => functions.push(section.number()));
    else if (id === SECTION.export)
      section.list(() => {
        const name = section.text();
        const kind = section.byte();
        const index = section.number();
        if (kind === KIND.function) found.exports.set(name, typeOf(index));
      });
    else if (id === SECTION.element)
      section.list(() => {
        expect(found.table.length === 0 && section.number() === 0, "one active segment of functions");
        expect(
          section.byte() === GLOBAL_GET && section.number() === tableBase,
          "a segment at the table base",
        );
        expect(section.byte() === END, "no more than the table base");
        found.table = section.list(() => typeOf(section.number()));
      });
  }
  return found;
}

function functionType(section: Reader): string {
  expect(section.byte() === FUNCTION_TYPE, "a function type");
  return [valueTypes(section), valueTypes(section)].join("");
}

function valueTypes(section: Reader): string {
  const values = section.list(() => {
    const type = section.byte();
    expect(ONE_BYTE_TYPES.has(type), "a plain value type");
    return String.fromCharCode(type);
  });
  expect(values.length < 0x80, "fewer values");
  return String.fromCharCode(values.length) + values.join("");
}

/** Adds the imported functions; the index of the global that holds the table base. */
function imports(section: Reader, functions: number[]): number {
  let tableBase = -1;
  let globals = 0;
  section.list(() => {
    section.text();
    const name = section.text();
    const kind = section.byte();
    if (kind === KIND.function) functions.push(section.number());
    else if (kind === KIND.global) {
      if (name === "__table_base") tableBase = globals;
      globals++;
      section.skip(2);
    } else if (kind === KIND.tag) {
      section.skip(1);
      section.number();
    } else {
      if (kind === KIND.table) section.skip(1);
      const hasMaximum = section.byte() & 1;
      section.number();
      if (hasMaximum) section.number();
    }
  });
  return tableBase;
}

function expect(good: boolean, what: string): void {
  if (!good) throw new Error(`${what} was expected`);
}

class Reader {
  private readonly bytes: Uint8Array;
  private at: number;
  private readonly end: number;

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  get atEnd(): boolean {
    return this.at >= this.end;
  }

  byte(): number {
    if (this.atEnd) throw new Error("the binary ends too early");
    return this.bytes[this.at++] as number;
  }

  number(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new Error("a number is too long");
  }

  text(): string {
    const length = this.number();
    this.skip(length);
    return new TextDecoder().decode(this.bytes.subarray(this.at - length, this.at));
  }

  list<Item>(item: () => Item): Item[] {
    return Array.from({ length: this.number() }, item);
  }

  skip(count: number): void {
    this.at += count;
  }

  part(length: number): Reader {
    this.skip(length);
    return new Reader(this.bytes, this.at - length, this.at);
  }
}

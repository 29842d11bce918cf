/** What a WebAssembly file says of itself to a dynamic linker: its section "dylink.0" (WebAssembly tool conventions). */

export interface DynamicLinking {
  /** Bytes of memory that it wants to itself. */
  memorySize: number;
  /** Slots of the function table. */
  tableSize: number;
  /** Libraries that it cannot do without. */
  needed: string[];
  /** Where to look for them; may begin with $ORIGIN. */
  runtimePaths: string[];
}

const SECTION = "dylink.0";
const MEMORY_INFO = 1;
const NEEDED = 2;
const RUNTIME_PATH = 5;

/** null for a file that was not made for dynamic linking. */
export function readDynamicLinking(compiled: WebAssembly.Module): DynamicLinking | null {
  const [section] = WebAssembly.Module.customSections(compiled, SECTION);
  if (!section) return null;
  const found: DynamicLinking = { memorySize: 0, tableSize: 0, needed: [], runtimePaths: [] };
  const reader = new SectionReader(new Uint8Array(section));
  while (!reader.atEnd) {
    const kind = reader.number();
    const part = reader.part();
    if (kind === MEMORY_INFO) {
      found.memorySize = part.number();
      part.number(); // alignment
      found.tableSize = part.number();
    } else if (kind === NEEDED) found.needed = part.strings();
    else if (kind === RUNTIME_PATH) found.runtimePaths = part.strings();
  }
  return found;
}

class SectionReader {
  private at = 0;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get atEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  /** An unsigned number in LEB128. */
  number(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) throw new Error(`the section ${SECTION} ends too early`);
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  /** A length, and as many bytes. */
  part(): SectionReader {
    const length = this.number();
    this.at += length;
    return new SectionReader(this.bytes.subarray(this.at - length, this.at));
  }

  strings(): string[] {
    return Array.from({ length: this.number() }, () => new TextDecoder().decode(this.part().bytes));
  }
}

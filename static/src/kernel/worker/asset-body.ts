/** A file of the environment wherever its bytes lie: in memory, or kept on disk and read when needed. */

export interface RangeReader {
  /** The bytes from `start` to `end`, not proved. Throws when they cannot be read. */
  read(start: number, end: number): Uint8Array;
}

/** Bytes to copy from, wherever they lie. */
export interface ByteSource {
  readonly bytes: number;
  /** Fill `target` with the bytes from `from` on. Throws when they cannot be read. */
  copyInto(target: Uint8Array, from: number): void;
}

export interface AssetBody extends RangeReader {
  /** All of it, or null when it is not what its hash says. */
  whole(sha256: string): Promise<Uint8Array | null>;
  /** All of it as well, where it lies. */
  source(sha256: string): Promise<ByteSource | null>;
}

export class BytesInMemory implements ByteSource {
  private readonly body: Uint8Array;

  constructor(body: Uint8Array) {
    this.body = body;
  }

  get bytes(): number {
    return this.body.length;
  }

  copyInto(target: Uint8Array, from: number): void {
    target.set(this.body.subarray(from, from + target.length));
  }
}

/** Bytes whose hash was checked on their way here. */
export class ProvedBytes implements AssetBody {
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  async whole(): Promise<Uint8Array> {
    return this.bytes;
  }

  async source(): Promise<ByteSource> {
    return new BytesInMemory(this.bytes);
  }

  read(start: number, end: number): Uint8Array {
    return this.bytes.subarray(start, end);
  }
}

/** A blob's bytes, or null when they are not what the hash says. */
export type ProveBlob = (blob: Blob, sha256: string) => Promise<Uint8Array | null>;

/** Neighbours are often read together: a package's modules lie side by side. */
const READ_AHEAD_BYTES = 256 * 1024;

/** What the browser keeps on disk. Only workers may read it while Python waits. */
export class KeptBlob implements AssetBody {
  private readonly blob: Blob;
  private readonly prove: ProveBlob;
  private ahead = { start: 0, bytes: new Uint8Array(0) };

  constructor(blob: Blob, prove: ProveBlob) {
    this.blob = blob;
    this.prove = prove;
  }

  whole(sha256: string): Promise<Uint8Array | null> {
    return this.prove(this.blob, sha256);
  }

  async source(sha256: string): Promise<ByteSource | null> {
    const body = await this.whole(sha256);
    return body && new BytesInMemory(body);
  }

  read(start: number, end: number): Uint8Array {
    const from = start - this.ahead.start;
    if (from >= 0 && end - this.ahead.start <= this.ahead.bytes.length)
      return this.ahead.bytes.subarray(from, end - this.ahead.start);
    const stop = Math.min(this.blob.size, Math.max(end, start + READ_AHEAD_BYTES));
    const part = this.blob.slice(start, stop);
    this.ahead = { start, bytes: new Uint8Array(new FileReaderSync().readAsArrayBuffer(part)) };
    return this.ahead.bytes.subarray(0, end - start);
  }
}

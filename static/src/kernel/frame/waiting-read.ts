/** A read of a file that may still be on its way: the worker sleeps on shared memory until its frame answers. */
import { provedBytes } from "./proved-bytes.ts";

export interface WaitingRead {
  sha256: string;
  start: number;
  end: number;
  /** One 32-bit state, then room for the bytes. */
  memory: SharedArrayBuffer;
  /** The file is to be what its hash says, not only there. */
  isProved?: true;
}

export const READ_STATE = { waiting: 0, done: 1, failed: 2, interrupted: 3, refused: 4 } as const;
export const HEADER_BYTES = 4;

/** The frame's side: it has the files as blobs, which it can read while the worker sleeps. */
export class WaitingReads {
  private readonly files = new Map<string, Blob | null>();
  private waiting: WaitingRead[] = [];

  /** A file has come; null: it cannot be had. */
  arrived(sha256: string, file: Blob | null): void {
    this.files.set(sha256, file);
    const mine = this.waiting.filter((read) => read.sha256 === sha256);
    this.waiting = this.waiting.filter((read) => read.sha256 !== sha256);
    for (const read of mine) void this.answer(read, file);
  }

  /** What came is damaged: reads wait until it has come once more. */
  expectAnew(sha256: string): void {
    this.files.delete(sha256);
  }

  add(read: WaitingRead): void {
    const file = this.files.get(read.sha256);
    if (file === undefined) this.waiting.push(read);
    else void this.answer(read, file);
  }

  /** Wake every read, so that Python looks whether it is to stop. */
  interrupt(): void {
    for (const read of this.waiting) settle(read, READ_STATE.interrupted);
    this.waiting = [];
  }

  private async answer(read: WaitingRead, file: Blob | null): Promise<void> {
    if (!file) return settle(read, READ_STATE.refused);
    try {
      if (read.isProved && !(await provedBytes(file, read.sha256))) {
        // The next read waits until it has come once more.
        if (this.files.get(read.sha256) === file) this.files.delete(read.sha256);
        throw new Error(`${read.sha256} is damaged`);
      }
      const bytes = new Uint8Array(await file.slice(read.start, read.end).arrayBuffer());
      new Uint8Array(read.memory, HEADER_BYTES).set(bytes);
      settle(read, READ_STATE.done);
    } catch {
      settle(read, READ_STATE.failed);
    }
  }
}

function settle({ memory }: WaitingRead, state: number): void {
  const words = new Int32Array(memory, 0, 1);
  Atomics.store(words, 0, state);
  Atomics.notify(words, 0);
}

/** Reads files that are still on their way, while Python waits: the worker's frame has what comes meanwhile. */
import type { WorkerToFrame } from "../frame/frame-messages.ts";
import { HEADER_BYTES, READ_STATE, type WaitingRead } from "../frame/waiting-read.ts";
import { NotFetched, ReadInterrupted } from "./file-errors.ts";

export interface ArrivingReads {
  /** Sleeps until the file is there. Throws ReadInterrupted, NotFetched, or Error. */
  read(sha256: string, start: number, end: number): Uint8Array;
  /** All of a file of this size, proved by its hash. Sleeps and throws as `read` does, also when it is damaged. */
  readProved(sha256: string, sizeBytes: number): Uint8Array;
  /** What came is damaged: further reads are of what comes next. */
  expectAnew(sha256: string): void;
}

export function arrivingReads(tellFrame: (message: WorkerToFrame) => void): ArrivingReads {
  const read = (asked: Omit<WaitingRead, "memory">): Uint8Array => {
    const memory = new SharedArrayBuffer(HEADER_BYTES + asked.end - asked.start);
    const state = new Int32Array(memory, 0, 1);
    tellFrame({ kind: "read_file", ...asked, memory });
    Atomics.wait(state, 0, READ_STATE.waiting);
    const outcome = Atomics.load(state, 0);
    if (outcome === READ_STATE.interrupted) throw new ReadInterrupted();
    if (outcome === READ_STATE.refused) throw new NotFetched("it could not be fetched");
    if (outcome !== READ_STATE.done) throw new Error("it could not be read");
    return new Uint8Array(memory, HEADER_BYTES).slice();
  };
  return {
    read: (sha256, start, end) => read({ sha256, start, end }),
    readProved: (sha256, sizeBytes) => read({ sha256, start: 0, end: sizeBytes, isProved: true }),
    expectAnew: (sha256) => tellFrame({ kind: "expect_file", sha256 }),
  };
}

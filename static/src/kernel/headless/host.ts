/** What the headless worker uses of the program that it runs in. */

export interface HostFile {
  readonly bytes: number;
  /** Read from `position` on, as much as `target` takes; how much came. */
  readInto(target: Uint8Array, position: number): number;
  close(): void;
}

/** Taken from the program's globals before Python runs, which must not find them there. */
export interface Host {
  readonly arguments: readonly string[];
  /** Throws when it cannot be opened. */
  openFile(path: string): HostFile;
  /** Write it all, however slow the reader is. */
  writeOutput(bytes: Uint8Array): void;
  writeError(bytes: Uint8Array): void;
  /** Resolves at the end of the input. */
  readInput(onChunk: (chunk: Uint8Array) => void): Promise<void>;
  /** Evaluate the text of an ES module. */
  importModule(source: string): Promise<Record<string, unknown>>;
  exit(status: number): never;
}

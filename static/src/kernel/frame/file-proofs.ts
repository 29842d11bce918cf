/** Proofs of kept files, begun before the worker asks for them: it is still starting then. */
import { provedBytes } from "./proved-bytes.ts";

type Proof = Promise<Uint8Array<ArrayBuffer> | null>;

export class FileProofs {
  private readonly begun = new Map<string, Proof>();

  begin(sha256: string, file: Blob): void {
    this.begun.set(sha256, prove(sha256, file));
  }

  /** All of `file`, or null when it is not what the hash says or cannot be read. */
  take(sha256: string, file: Blob): Proof {
    const begun = this.begun.get(sha256);
    this.begun.delete(sha256);
    return begun ?? prove(sha256, file);
  }
}

function prove(sha256: string, file: Blob): Proof {
  return provedBytes(file, sha256).catch((error: unknown) => {
    // What cannot be read is fetched anew.
    console.warn(error);
    return null;
  });
}

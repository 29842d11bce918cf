/** Kept files that the worker's frame hashes: a worker in an opaque frame has no cryptography of its own. */

export class Proofs {
  private readonly post: (file: Blob, sha256: string) => void;
  private readonly waiting = new Map<string, PromiseWithResolvers<Uint8Array | null>>();

  constructor(post: (file: Blob, sha256: string) => void) {
    this.post = post;
  }

  /** The file's bytes, or null when they are not what the hash says. */
  ask(file: Blob, sha256: string): Promise<Uint8Array | null> {
    const waiting = this.waiting.get(sha256);
    if (waiting) return waiting.promise;
    const asked = Promise.withResolvers<Uint8Array | null>();
    this.waiting.set(sha256, asked);
    this.post(file, sha256);
    return asked.promise;
  }

  answer(sha256: string, bytes: Uint8Array | null): void {
    this.waiting.get(sha256)?.resolve(bytes);
    this.waiting.delete(sha256);
  }
}

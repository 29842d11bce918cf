/** What the parent says of the files that it hashes while this process starts. */

export class ParentProofs {
  private readonly promised = new Map<string, PromiseWithResolvers<boolean>>();

  /** It will say of these files whether they are what their hashes say. */
  promise(hashes: Iterable<string>): void {
    for (const sha256 of hashes) this.promised.set(sha256, Promise.withResolvers());
  }

  answer(sha256: string, isIntact: boolean): void {
    this.promised.get(sha256)?.resolve(isIntact);
  }

  /** Undefined for a file of which it will say nothing. */
  find(sha256: string): Promise<boolean> | undefined {
    return this.promised.get(sha256)?.promise;
  }
}

/** The environment's files: each a promise until it comes, and asked for when nobody announced it. */
import type { AssetBody, ByteSource } from "./asset-body.ts";

/** Ask for a file; `damaged` says that what came last is not what its hash says. */
export type AskForAsset = (sha256: string, damaged: boolean) => void;

export class Assets {
  private readonly ask: AskForAsset;
  private readonly bodies = new Map<string, PromiseWithResolvers<AssetBody>>();
  private readonly announced = new Set<string>();
  /** Those that somebody waits for. */
  private readonly wanted = new Set<string>();
  private isStarted = false;

  constructor(ask: AskForAsset) {
    this.ask = ask;
  }

  /** These files come unasked. */
  announce(hashes: Iterable<string>): void {
    for (const sha256 of hashes) this.announced.add(sha256);
  }

  /** The file's bytes, proved. Rejects when it cannot be had. */
  get(sha256: string): Promise<Uint8Array> {
    return this.proved(sha256, (body) => body.whole(sha256));
  }

  /** The same, to copy from where they lie. */
  getSource(sha256: string): Promise<ByteSource> {
    return this.proved(sha256, (body) => body.source(sha256));
  }

  /** The file, to read parts of. */
  open(sha256: string): Promise<AssetBody> {
    const known = this.bodies.get(sha256);
    if (known) return known.promise;
    const { promise } = this.slot(sha256);
    if (this.announced.has(sha256)) this.wanted.add(sha256);
    else this.want(sha256, false);
    return promise;
  }

  /** The file once more, because what came is damaged. */
  openAnew(sha256: string): Promise<AssetBody> {
    this.bodies.delete(sha256);
    const { promise } = this.slot(sha256);
    this.want(sha256, true);
    return promise;
  }

  provide(sha256: string, body: AssetBody): void {
    // What comes too late for the start would only take up memory.
    if (this.isStarted && !this.wanted.has(sha256)) return;
    this.wanted.delete(sha256);
    this.slot(sha256).resolve(body);
    if (this.isStarted) this.bodies.delete(sha256);
  }

  refuse(sha256: string, reason: string): void {
    this.wanted.delete(sha256);
    this.slot(sha256).reject(new Error(reason));
    if (this.isStarted) this.bodies.delete(sha256);
  }

  /** The start is over: let the bytes go; whoever still needs them holds them, or waits for them. */
  clear(): void {
    this.isStarted = true;
    for (const sha256 of this.bodies.keys()) if (!this.wanted.has(sha256)) this.bodies.delete(sha256);
  }

  private async proved<Proved>(
    sha256: string,
    prove: (body: AssetBody) => Promise<Proved | null>,
  ): Promise<Proved> {
    const kept = await prove(await this.open(sha256));
    if (kept) return kept;
    const fetched = await prove(await this.openAnew(sha256));
    if (fetched) return fetched;
    throw new Error("a file of the environment is damaged");
  }

  private want(sha256: string, isDamaged: boolean): void {
    this.wanted.add(sha256);
    this.ask(sha256, isDamaged);
  }

  private slot(sha256: string): PromiseWithResolvers<AssetBody> {
    let slot = this.bodies.get(sha256);
    if (!slot) {
      slot = Promise.withResolvers();
      // Whoever waits for the file hears of it; it may be that nobody does.
      slot.promise.catch(() => undefined);
      this.bodies.set(sha256, slot);
    }
    return slot;
  }
}

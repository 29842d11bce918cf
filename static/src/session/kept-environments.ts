/** Environments of a person's own, kept in this browser: packages beside a built environment, imported and saved. */
import { ContractError, decode } from "../contracts/codec.ts";
import { Environment, STORE_PATH, type StoredFile } from "../contracts/generated.ts";
import { sha256Of } from "../contracts/sha256.ts";
import { StorageError } from "./database.ts";
import type { Notice } from "./notice.ts";

/** What Cache Storage offers, as far as it is used. */
export type FileCache = Pick<Cache, "match" | "put" | "delete" | "keys">;

export interface KeptEnvironment {
  /** A hash of all that it was made from. */
  key: string;
  /** The built environment below it. */
  base: { name: string; id: string };
  /** The program that saved it. */
  maker: string;
  /** The pins of a notebook that starts from it. */
  packages: string[];
  environment: Environment;
  /** Of the files that are kept for it alone. */
  sizeBytes: number;
  /** ISO 8601. */
  savedAt: string;
}

export interface KeptEnvironmentsOptions {
  /** The page's base address; ends with a slash. */
  base: string;
  /** Where the environments' files are kept, under the addresses of the store. */
  openStore(): Promise<FileCache>;
  openRecords(): Promise<FileCache>;
  /** Names the program that saves: what another one has saved may not fit. */
  maker: string;
  estimate?(): Promise<StorageEstimate>;
}

const RECORDS_PATH = "kept-environments";

/** Fires "lost" (detail KeptEnvironment) when files of one are gone, and "change" when the list changed. */
export class KeptEnvironments extends EventTarget {
  readonly #options: KeptEnvironmentsOptions;

  constructor(options: KeptEnvironmentsOptions) {
    super();
    this.#options = options;
  }

  get maker(): string {
    return this.#options.maker;
  }

  /** The kept environment of these pins above `base`, or null. */
  async find(base: Environment, packages: readonly string[]): Promise<Environment | null> {
    if (packages.length === 0) return null;
    const pins = sorted(packages);
    try {
      const found = (await this.list()).find(
        (kept) => this.isCurrent(kept, base) && isSame(sorted(kept.packages), pins),
      );
      if (!found) return null;
      if (await this.#isWhole(found)) return found.environment;
      await this.remove(found);
      this.dispatchEvent(new CustomEvent("lost", { detail: found }));
    } catch (error) {
      // A browser that refuses its storage has kept nothing: the start goes on without.
      if (!(error instanceof DOMException)) throw error;
      console.warn(error);
    }
    return null;
  }

  /** Whether it was made from this very environment, by this version of the page. */
  isCurrent(kept: KeptEnvironment, base: Environment): boolean {
    return kept.base.name === base.name && kept.base.id === base.id && kept.maker === this.maker;
  }

  /** The newest first. */
  async list(): Promise<KeptEnvironment[]> {
    const records = await this.#options.openRecords();
    const found: KeptEnvironment[] = [];
    for (const request of await records.keys()) {
      const kept = readRecord(await (await records.match(request))?.text());
      if (kept) found.push(kept);
    }
    return found.sort((a, b) => (a.savedAt < b.savedAt ? 1 : -1));
  }

  /** A hash of what `environment` is made of: what it was built from, its wheels, and the program that saves it. */
  keyOf(environment: Environment, base: Environment): Promise<string> {
    const inputs = [base.id, environment.wheels.map(({ file }) => file.sha256), this.maker];
    return sha256Of(new TextEncoder().encode(JSON.stringify(inputs)));
  }

  /** Throws StorageError unless the browser offers this much. */
  async makeRoom(bytes: number): Promise<void> {
    const { quota, usage = 0 } = (await this.#options.estimate?.()) ?? {};
    if (quota !== undefined && quota - usage < bytes) throw noRoom(bytes, quota - usage);
  }

  /** Keep a file under the store's address. Throws StorageError when there is no room. */
  async keepFile(name: string, body: Uint8Array<ArrayBuffer>): Promise<StoredFile> {
    const file = { name, sha256: await sha256Of(body), size_bytes: body.length, transfer_bytes: body.length };
    const headers = { "content-type": "application/octet-stream", "content-length": String(body.length) };
    const store = await this.#options.openStore();
    await this.#put(store, this.#address(file), body, headers);
    return file;
  }

  /** Give up files that nothing else uses. */
  async dropFiles(files: readonly StoredFile[]): Promise<void> {
    const used = new Set((await this.list()).flatMap((kept) => ownFiles(kept).map(({ sha256 }) => sha256)));
    const store = await this.#options.openStore();
    for (const file of files) if (!used.has(file.sha256)) await store.delete(this.#address(file));
  }

  /** Throws StorageError when there is no room. */
  async add(kept: KeptEnvironment): Promise<void> {
    const records = await this.#options.openRecords();
    // The same pins lead to one environment: what they led to before is of no use.
    for (const old of await this.list())
      if (old.base.name === kept.base.name && isSame(sorted(old.packages), sorted(kept.packages)))
        if (old.key !== kept.key) await this.remove(old);
    await this.#put(records, this.#recordAddress(kept.key), new TextEncoder().encode(JSON.stringify(kept)));
    this.dispatchEvent(new Event("change"));
  }

  async remove(kept: KeptEnvironment): Promise<void> {
    const records = await this.#options.openRecords();
    await records.delete(this.#recordAddress(kept.key));
    await this.dropFiles(ownFiles(kept));
    this.dispatchEvent(new Event("change"));
  }

  async #put(
    cache: FileCache,
    address: string,
    body: Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
  ): Promise<void> {
    try {
      await cache.put(address, new Response(body, { headers }));
    } catch (error) {
      if (!isQuota(error)) throw error;
      const { quota = 0, usage = 0 } = (await this.#options.estimate?.()) ?? {};
      throw noRoom(body.length, quota - usage, error);
    }
  }

  async #isWhole(kept: KeptEnvironment): Promise<boolean> {
    const store = await this.#options.openStore();
    const there = await Promise.all(ownFiles(kept).map((file) => store.match(this.#address(file))));
    return there.every((response) => response !== undefined);
  }

  #address({ sha256, name }: StoredFile): string {
    return new URL(`${STORE_PATH}/${sha256}/${encodeURIComponent(name)}`, this.#options.base).href;
  }

  #recordAddress(key: string): string {
    return new URL(`${RECORDS_PATH}/${key}.json`, this.#options.base).href;
  }
}

/** The files that the built environment does not have. */
export function ownFiles({ environment }: KeptEnvironment): StoredFile[] {
  const wheels = environment.wheels.filter(isOwnWheel).map(({ file }) => file);
  return [...wheels, ...Object.values(environment.snapshot ?? {})];
}

/** A wheel as the index has it: built environments have theirs compiled, under another hash. */
export function isOwnWheel({ file, source_sha256 }: Environment["wheels"][number]): boolean {
  return file.sha256 === source_sha256;
}

function readRecord(text: string | undefined): KeptEnvironment | null {
  try {
    const value = JSON.parse(text ?? "null") as KeptEnvironment | null;
    if (!value || !Array.isArray(value.packages) || typeof value.base?.id !== "string") return null;
    return { ...value, environment: decode(value.environment, Environment) };
  } catch (error) {
    // Written by another version, or damaged: as good as not there.
    if (error instanceof SyntaxError || error instanceof ContractError) return null;
    throw error;
  }
}

function noRoom(needed: number, offered: number, cause?: unknown): StorageError {
  // What a browser says it offers and what it then takes may differ.
  const limit =
    offered < needed
      ? `the browser offers ${megabytes(Math.max(0, offered))} MB`
      : "and the browser takes no more of this page";
  const notice: Notice = {
    level: "error",
    message: `Keeping these packages needs ${megabytes(needed)} MB, ${limit}.`,
    hint: "Remove kept packages, or notebooks and files that you no longer need. Everything works without; the next start installs the packages again.",
  };
  return new StorageError(notice, cause);
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(bytes < 10e6 ? 1 : 0);
}

function isQuota(error: unknown): boolean {
  return error instanceof DOMException && error.name === "QuotaExceededError";
}

function sorted(packages: readonly string[]): string[] {
  return [...new Set(packages)].sort();
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

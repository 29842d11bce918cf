/** Fetches an environment's description and files, checks every hash, and counts what travelled. */
import { decode } from "../contracts/codec.ts";
import {
  ENVIRONMENTS_PATH,
  Environment,
  EnvironmentList,
  type ErrorBody,
  STORE_PATH,
  type StoredFile,
} from "../contracts/generated.ts";
import { sha256Of } from "../contracts/sha256.ts";
import type { StartFile } from "./environment-files.ts";
import { KernelError } from "./kernel.ts";

export interface DownloadProgress {
  doneBytes: number;
  totalBytes: number;
}

/** The files that this browser keeps; what it gives may be damaged since. */
export interface KeptFiles {
  read(address: URL): Promise<Blob | null>;
  drop(address: URL): Promise<void>;
}

export interface LoaderOptions {
  /** The page's base address; ends with a slash. */
  base: string;
  fetch?: typeof fetch;
  kept?: KeptFiles;
}

/** Bytes proved by their hash; a blob that was kept, not proved; or why an optional file did not come. */
export type LoadedFile = Uint8Array<ArrayBuffer> | Blob | KernelError;

const NOTHING_KEPT: KeptFiles = { read: async () => null, drop: async () => undefined };

export class EnvironmentLoader {
  private readonly base: string;
  private readonly fetch: typeof fetch;
  private readonly kept: KeptFiles;

  constructor(options: LoaderOptions) {
    this.base = options.base;
    this.kept = options.kept ?? NOTHING_KEPT;
    this.fetch = options.fetch ?? ((input, init) => fetch(input, init));
  }

  /** The description of the environment called `name`, or of the default one. Throws KernelError. */
  async describe(name: string | null, signal?: AbortSignal): Promise<Environment> {
    if (name === null) {
      const { environments } = decode(await this.json(ENVIRONMENTS_PATH, signal), EnvironmentList);
      const [first] = environments;
      if (!first)
        throw failure("environment_missing", "No environment is built.", 'Run "wasm-runtime env build".');
      return first;
    }
    return decode(await this.json(`environments/${encodeURIComponent(name)}.json`, signal), Environment);
  }

  /** Fetch all files side by side; `deliver` gets each as soon as it is there. Throws KernelError. */
  async load(
    files: readonly StartFile[],
    deliver: (file: StoredFile, body: LoadedFile) => void,
    onProgress: (progress: DownloadProgress) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    if (!globalThis.crypto?.subtle)
      throw failure(
        "kernel_start_failed",
        "This address is not secure, so the browser cannot check the files of the environment.",
        "Open the notebook over https:// or on localhost.",
      );
    const totalBytes = files.reduce((sum, file) => sum + file.transfer_bytes, 0);
    let doneBytes = 0;
    const count = (bytes: number): void => {
      doneBytes += bytes;
      onProgress({ doneBytes: Math.round(doneBytes), totalBytes });
    };
    await Promise.all(files.map(async (file) => deliver(file, await this.startFile(file, count, signal))));
  }

  /** Fetch a file past every cache, because what was kept of it is damaged. Throws KernelError. */
  async loadAnew(file: StoredFile, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    await this.kept.drop(this.address(file));
    const body = await this.bytes(file, "reload", () => undefined, signal);
    if (await isGenuine(body, file)) return body;
    throw failure(
      "hash_mismatch",
      `${file.name}: its hash differs from the environment's.`,
      'Clear the site\'s data and reload; if that does not help, run "wasm-runtime env verify".',
    );
  }

  private async startFile(file: StartFile, count: (bytes: number) => void, signal?: AbortSignal) {
    try {
      return await this.file(file, count, signal);
    } catch (cause) {
      if (!file.optional || signal?.aborted || !(cause instanceof KernelError)) throw cause;
      return cause;
    }
  }

  private async file(
    file: StoredFile,
    count: (bytes: number) => void,
    signal?: AbortSignal,
  ): Promise<LoadedFile> {
    const kept = await this.kept.read(this.address(file));
    if (kept) {
      count(file.transfer_bytes);
      return kept;
    }
    const counted = { bytes: 0 };
    const body = await this.bytes(
      file,
      "default",
      (bytes) => {
        counted.bytes += bytes;
        count(bytes);
      },
      signal,
    );
    if (await isGenuine(body, file)) return body;
    // A damaged entry in a cache on the way would otherwise stay for good.
    const anew = await this.loadAnew(file, signal);
    count(file.transfer_bytes - counted.bytes);
    return anew;
  }

  private async bytes(
    file: StoredFile,
    cache: RequestCache,
    count: (bytes: number) => void,
    signal?: AbortSignal,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const response = await this.response(this.address(file), cache, signal);
    const body = new Uint8Array(file.size_bytes);
    // The body arrives decompressed; progress is told in the bytes that travelled.
    const transferPerByte = file.size_bytes > 0 ? file.transfer_bytes / file.size_bytes : 0;
    let at = 0;
    try {
      for await (const chunk of chunks(response)) {
        // Longer than promised: what does not fit is dropped and the hash will tell.
        if (at + chunk.length > body.length) return new Uint8Array(0);
        body.set(chunk, at);
        at += chunk.length;
        count(chunk.length * transferPerByte);
      }
    } catch (cause) {
      if (signal?.aborted) throw signal.reason;
      throw downloadFailed(file.name, cause);
    }
    return at === body.length ? body : body.slice(0, at);
  }

  private async json(path: string, signal?: AbortSignal): Promise<unknown> {
    const response = await this.response(new URL(path, this.base), "no-cache", signal);
    try {
      return await response.json();
    } catch (cause) {
      throw downloadFailed(path, cause);
    }
  }

  private address({ sha256, name }: StoredFile): URL {
    return new URL(`${STORE_PATH}/${sha256}/${encodeURIComponent(name)}`, this.base);
  }

  private async response(address: URL, cache: RequestCache, signal?: AbortSignal): Promise<Response> {
    const path = address.pathname;
    let response: Response;
    try {
      response = await this.fetch(address, { cache, ...(signal && { signal }) });
    } catch (cause) {
      if (signal?.aborted) throw signal.reason;
      throw downloadFailed(path, cause);
    }
    if (response.ok) return response;
    if (response.status === 404)
      throw failure(
        "environment_missing",
        `${path} is not there.`,
        'Run "wasm-runtime env build", or choose another environment.',
      );
    throw downloadFailed(path, `the server answered ${response.status}`);
  }
}

async function* chunks(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (!reader) return;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

async function isGenuine(body: Uint8Array<ArrayBuffer>, file: StoredFile): Promise<boolean> {
  return (await sha256Of(body)) === file.sha256;
}

function downloadFailed(what: string, cause: unknown): KernelError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return failure(
    "download_failed",
    `${what} could not be fetched: ${reason}.`,
    "Check the connection and start the kernel again.",
  );
}

function failure(code: ErrorBody["code"], message: string, hint: string): KernelError {
  return new KernelError({ code, message, hint });
}

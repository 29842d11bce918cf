/** Keeps what is installed in a kernel for the next start: its wheels, and the memory of Python with them imported. */
import { decode } from "../contracts/codec.ts";
import {
  type AddedPackage,
  type AnswerHttp,
  type Environment,
  type FetchHttp,
  type InstalledWheel,
  type RefuseRequest,
  Snapshot,
  type SnapshotSaved,
  type StoredFile,
} from "../contracts/generated.ts";
import type { NotebookDocument } from "../document/notebook.ts";
import { type Kernel, KernelError, type StartupProgress } from "../kernel/kernel.ts";
import { isOwnWheel, type KeptEnvironment, type KeptEnvironments } from "./kept-environments.ts";
import { normalName, pinned } from "./pins.ts";

export interface PackageKeeperParts {
  notebook: Pick<NotebookDocument, "packages">;
  kernel: Pick<Kernel, "addedPackages" | "environment">;
  kept: KeptEnvironments;
  /** The built environment that the notebook uses. */
  describeBase(): Promise<Environment>;
  fetchWheel(request: FetchHttp): Promise<AnswerHttp | RefuseRequest>;
  makeSnapshot(
    environment: Environment,
    imports: string[],
    onProgress: (progress: StartupProgress) => void,
    signal?: AbortSignal,
  ): Promise<SnapshotSaved>;
  now?: () => Date;
}

/** "wheels" fetches them; the other steps are those of a start. */
export type KeepProgress = { step: "wheels"; detail: string } | StartupProgress;

/** How much larger than its base's a snapshot may be: enough for all but giants, which the browser refuses itself. */
const ROOM_FOR_IMPORTS = 1.3;

export class PackageKeeper {
  readonly #parts: PackageKeeperParts;

  constructor(parts: PackageKeeperParts) {
    this.#parts = parts;
  }

  /** Throws KernelError, or StorageError when there is no room; what was kept on the way is then gone again. */
  async keep(onProgress: (progress: KeepProgress) => void, signal?: AbortSignal): Promise<KeptEnvironment> {
    const { notebook, kernel, kept } = this.#parts;
    const base = await this.#parts.describeBase();
    const added = await kernel.addedPackages();
    const before = (kernel.environment?.wheels ?? []).filter(isOwnWheel);
    if (added.length + before.length === 0) throw nothingToKeep();
    await kept.makeRoom(this.#roomFor(base));
    const files: StoredFile[] = [];
    try {
      const fetched: InstalledWheel[] = [];
      for (const each of added) {
        signal?.throwIfAborted();
        onProgress({ step: "wheels", detail: `${each.name} ${each.version}` });
        fetched.push(await this.#keepWheel(each));
        files.push((fetched.at(-1) as InstalledWheel).file);
      }
      const wheels = replaced(base.wheels, replaced(before, fetched));
      const environment = await this.#save(
        { ...base, wheels, snapshot: null },
        base,
        onProgress,
        files,
        signal,
      );
      const own = environment.wheels.filter(isOwnWheel);
      const record: KeptEnvironment = {
        key: await kept.keyOf(environment, base),
        base: { name: base.name, id: base.id },
        maker: kept.maker,
        packages: pinned(notebook.packages, own),
        environment,
        sizeBytes: sizeOf([...own.map(({ file }) => file), ...Object.values(environment.snapshot ?? {})]),
        savedAt: (this.#parts.now?.() ?? new Date()).toISOString(),
      };
      await kept.add(record);
      notebook.packages = record.packages;
      return record;
    } catch (error) {
      await kept.dropFiles(files);
      throw error;
    }
  }

  #roomFor(base: Environment): number {
    return Math.round(sizeOf(Object.values(base.snapshot ?? {})) * ROOM_FOR_IMPORTS);
  }

  async #save(
    described: Environment,
    base: Environment,
    onProgress: (progress: KeepProgress) => void,
    files: StoredFile[],
    signal?: AbortSignal,
  ): Promise<Environment> {
    const { kept, makeSnapshot } = this.#parts;
    const imports = described.wheels.filter(isOwnWheel).flatMap((wheel) => wheel.imports ?? []);
    const key = await kept.keyOf(described, base);
    const environment = { ...described, id: `kept-${key}` };
    const saved = await makeSnapshot(environment, imports, onProgress, signal);
    const parts: [string, StoredFile][] = [];
    for (const { name, body } of saved.parts) {
      const file = await kept.keepFile(`kept-${key.slice(0, 16)}.${name}`, body as Uint8Array<ArrayBuffer>);
      files.push(file);
      parts.push([name, file]);
    }
    const snapshot = decode(Object.fromEntries(parts), Snapshot);
    return { ...environment, preload: [...(base.preload ?? []), ...saved.imports], snapshot };
  }

  async #keepWheel({ name, version, url, sha256, imports }: AddedPackage): Promise<InstalledWheel> {
    const answer = await this.#parts.fetchWheel({
      kind: "fetch_http",
      request_id: "",
      method: "GET",
      url,
      headers: [],
    });
    if (answer.kind === "refuse_request") throw new KernelError(answer.error);
    const body = answer.body as Uint8Array<ArrayBuffer>;
    const file = await this.#parts.kept.keepFile(url.split("/").at(-1) ?? name, body);
    if (answer.status === 200 && file.sha256 === sha256)
      return { name: normalName(name), version, file, source_sha256: sha256, imports };
    await this.#parts.kept.dropFiles([file]);
    throw new KernelError({
      code: "hash_mismatch",
      message: `${name} ${version} is not the file any more that was installed.`,
      hint: "Install it again, then keep it.",
    });
  }
}

/** `wheels`, with those of the same name replaced by `others`, and the rest of these at the end. */
function replaced(wheels: readonly InstalledWheel[], others: readonly InstalledWheel[]): InstalledWheel[] {
  const names = new Set(others.map(({ name }) => normalName(name)));
  return [...wheels.filter(({ name }) => !names.has(normalName(name))), ...others];
}

function sizeOf(files: readonly StoredFile[]): number {
  return files.reduce((sum, { size_bytes }) => sum + size_bytes, 0);
}

function nothingToKeep(): KernelError {
  return new KernelError({
    code: "not_found",
    message: "There is nothing to keep: no package is installed beside the environment.",
    hint: "Install packages with %pip install NAME, then keep them.",
  });
}

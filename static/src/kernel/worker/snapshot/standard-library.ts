/** Python's standard library beside a saved heap: the archive is put in its place once it has come, or once it is read. */
import type { Environment, StoredFile } from "../../../contracts/generated.ts";
import { STANDARD_LIBRARY } from "../../environment-files.ts";
import type { ArrivingReads } from "../arriving-reads.ts";
import type { Assets } from "../assets.ts";
import { DamagedFile, ReadInterrupted } from "../file-errors.ts";
import { mountFiles } from "../lazy-files.ts";
import type { LinkedModule } from "./linker.ts";

const FOLDER = "/lib";

export class StandardLibrary {
  private readonly file: StoredFile;
  private readonly assets: Assets;
  private readonly arriving: ArrivingReads | null;
  private bytes: Uint8Array | null = null;
  private readonly coming: Promise<void>;

  /** `arriving` null: Python cannot wait for it, so the start has to. */
  constructor(environment: Environment, assets: Assets, arriving: ArrivingReads | null) {
    const file = environment.runtime.find(({ name }) => name === STANDARD_LIBRARY);
    if (!file) throw new Error(`environment ${environment.name} has no ${STANDARD_LIBRARY}`);
    this.file = file;
    this.assets = assets;
    this.arriving = arriving;
    this.coming = assets.get(file.sha256).then((bytes) => {
      this.bytes = bytes;
    });
    // Reads tell of it; before the first one nobody need hear.
    this.coming.catch(() => undefined);
  }

  /** Resolves once it can be read: at once where reads can wait. Rejects when it cannot be had. */
  async ready(): Promise<void> {
    if (!this.arriving) await this.coming;
  }

  /** Take the place of the empty archive with which the main module was started. */
  mount(module: LinkedModule, pythonVersion: string): void {
    const [major, minor] = pythonVersion.split(".");
    const name = `python${major}${minor}.zip`;
    module.FS.unlink(`${FOLDER}/${name}`);
    const archive = { name, sizeBytes: this.file.size_bytes, read: () => this.read() };
    mountFiles(module.FS, FOLDER, new Map([["", [archive]]]));
  }

  /** Throws DamagedFile, ReadInterrupted. */
  private read(): Uint8Array {
    if (this.bytes) return this.bytes;
    const { arriving, file, assets } = this;
    if (!arriving) throw new DamagedFile(`${file.name} could not be fetched`);
    try {
      this.bytes = arriving.readProved(file.sha256, file.size_bytes);
    } catch (cause) {
      if (cause instanceof ReadInterrupted) throw cause;
      assets.openAnew(file.sha256).catch(() => undefined);
      this.bytes = arriving.readProved(file.sha256, file.size_bytes);
    }
    return this.bytes;
  }
}

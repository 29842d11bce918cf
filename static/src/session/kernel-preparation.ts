/** What a kernel gets before its first run: the notebook's packages and the person's files. */
import type { NotebookDocument } from "../document/notebook.ts";
import { type Kernel, KernelError } from "../kernel/kernel.ts";
import { StorageError } from "./database.ts";
import type { Notice } from "./notice.ts";
import { packageNotice } from "./package-notice.ts";
import { unmet } from "./pins.ts";
import type { KernelFiles } from "./session-parts.ts";

export class KernelPreparation {
  readonly #notebook: NotebookDocument;
  readonly #kernel: Kernel;
  readonly #files: KernelFiles;
  readonly #tell: (notice: Notice) => void;
  #isDone = false;

  constructor(
    notebook: NotebookDocument,
    kernel: Kernel,
    files: KernelFiles,
    tell: (notice: Notice) => void,
    signal: AbortSignal,
  ) {
    this.#notebook = notebook;
    this.#kernel = kernel;
    this.#files = files;
    this.#tell = tell;
    kernel.onState(({ kind }) => {
      if (kind === "off" || kind === "starting" || kind === "failed") this.#isDone = false;
    }, signal);
  }

  /** Whether a cell can be handed to the kernel in this very turn. */
  get isDone(): boolean {
    const { kind } = this.#kernel.state;
    return this.#isDone && (kind === "idle" || kind === "busy");
  }

  /** The kernel that comes next has nothing of this one. */
  begin(): void {
    this.#isDone = false;
  }

  /** Starts the kernel if it is off. Rejects with KernelError. */
  async run(cellId: string): Promise<void> {
    await this.#kernel.start();
    if (this.#isDone) return;
    this.#isDone = true;
    await this.#installPackages(cellId);
    try {
      await this.#files.restoreInto(this.#kernel);
    } catch (error) {
      if (!(error instanceof KernelError || error instanceof StorageError)) throw error;
      const message = `Not all files of the working folder could be given to the kernel: ${error.message}`;
      this.#tell({ level: "warning", message, hint: "Upload the ones you need again.", topic: "files" });
    }
  }

  /** What the notebook pins beside its environment; a package that cannot come leaves the rest usable. */
  async #installPackages(cellId: string): Promise<void> {
    const packages = unmet(this.#notebook.packages, this.#kernel.environment?.wheels ?? []);
    if (packages.length === 0) return;
    const source = `%pip install ${packages.join(" ")}`;
    const request = {
      run_id: crypto.randomUUID(),
      cell_id: cellId,
      source,
      silent: true,
      store_history: false,
    };
    let failure = "";
    const finished = await this.#kernel.run(request, (event) => {
      if (event.kind === "package_progress") this.#tell({ ...packageNotice(event), cellId });
      if (event.kind === "error") failure = event.evalue;
    });
    if (finished.status !== "error") return;
    const message = `Not all packages of this notebook could be installed: ${failure}`;
    this.#tell({ level: "warning", message, hint: "Change them in the menu, Packages.", topic: "packages" });
  }
}

/** Gives one worker the environment's files: those for a start unasked, any other when it asks. */
import type {
  Environment,
  ErrorBody,
  ProvideAsset,
  RefuseAsset,
  RequestAsset,
  StoredFile,
} from "../contracts/generated.ts";
import { allFiles, type StartFile } from "./environment-files.ts";
import type { DownloadProgress, EnvironmentLoader, LoadedFile } from "./environment-loader.ts";
import { KernelError } from "./kernel.ts";
import { asErrorBody } from "./kernel-errors.ts";

export interface AssetSupplyOptions {
  environment: Environment;
  /** What the worker gets unasked. */
  announced: readonly StartFile[];
  loader: Pick<EnvironmentLoader, "load" | "loadAnew">;
  post(message: ProvideAsset | RefuseAsset, transfer: Transferable[]): void;
  /** The worker will ask for all of this kept file. */
  prove(sha256: string, file: Blob): void;
  onProgress(progress: DownloadProgress): void;
  signal: AbortSignal;
}

const ignore = (): void => undefined;

export class AssetSupply {
  private readonly options: AssetSupplyOptions;
  private readonly files: ReadonlyMap<string, StoredFile>;
  private readonly late: ReadonlySet<string>;
  /** Answered once already; user code can ask too. */
  private readonly answered = new Set<string>();

  constructor(options: AssetSupplyOptions) {
    this.options = options;
    this.files = new Map(allFiles(options.environment).map((file) => [file.sha256, file]));
    this.late = new Set(options.announced.filter(({ later }) => later).map(({ sha256 }) => sha256));
  }

  /** Resolves when every announced file is handed over. Rejects with KernelError. */
  async announce(): Promise<void> {
    const { announced, loader, prove, onProgress, signal } = this.options;
    const first = announced.filter((file) => !file.later);
    const deliver = (file: StoredFile, body: LoadedFile) => {
      if (body instanceof Blob) prove(file.sha256, body);
      this.hand(file, body);
    };
    await loader.load(first, deliver, onProgress, signal);
    // Where a worker cannot wait for a file, the start does.
    const onProgressLater = globalThis.crossOriginIsolated ? ignore : onProgress;
    // One after the other: the first that is waited for is the first to be there.
    for (const file of announced.filter(({ later }) => later))
      await loader.load([file], (_, body) => this.hand(file, body), onProgressLater, signal);
  }

  /** Whether the request was one to answer: for a file of this environment, and not yet asked twice. */
  answer(request: RequestAsset): boolean {
    const file = this.files.get(request.sha256);
    if (!file) return false;
    const key = keyOf(file, request.damaged ?? false);
    if (this.answered.has(key)) return false;
    this.answered.add(key);
    void this.fetch(file, request.damaged ?? false);
    return true;
  }

  private async fetch(file: StoredFile, isDamaged: boolean): Promise<void> {
    const { loader, signal } = this.options;
    try {
      if (isDamaged) this.hand(file, await loader.loadAnew(file, signal));
      else await loader.load([file], (_, body) => this.hand(file, body), ignore, signal);
    } catch (cause) {
      // The connection may be back when it is asked for the next time.
      this.answered.delete(keyOf(file, isDamaged));
      this.refuse(file, asErrorBody(cause));
    }
  }

  private hand(file: StoredFile, body: LoadedFile): void {
    const { snapshot } = this.options.environment;
    if (body instanceof KernelError) {
      this.refuse(file, body.body);
      return;
    }
    // Read in parts and for as long as the kernel lives: the browser may put a blob on disk. And a worker that sleeps
    // until a late file has come gets it from its frame, to which blobs go without a copy.
    const isPack = file.sha256 === snapshot?.modules.sha256 || file.sha256 === snapshot?.files.sha256;
    const isBlob = isPack || this.late.has(file.sha256);
    const sent = isBlob && !(body instanceof Blob) ? new Blob([body]) : body;
    this.options.post(
      { kind: "provide_asset", sha256: file.sha256, body: sent },
      sent instanceof Blob ? [] : [sent.buffer],
    );
  }

  private refuse({ sha256 }: StoredFile, error: ErrorBody): void {
    this.options.post({ kind: "refuse_asset", sha256, error }, []);
  }
}

function keyOf({ sha256 }: StoredFile, isDamaged: boolean): string {
  return `${sha256} ${isDamaged}`;
}

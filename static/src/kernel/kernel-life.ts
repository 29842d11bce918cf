/** One worker's life behind its checked link: it gets its environment, is prepared, becomes a kernel, and ends. */
import { ContractError, decode } from "../contracts/codec.ts";
import {
  type Environment,
  type ErrorBody,
  type KernelReady,
  type KernelSettings,
  type PageToWorker,
  WorkerToPage,
} from "../contracts/generated.ts";
import { AssetSupply } from "./asset-supply.ts";
import { canRestore, filesToStart } from "./environment-files.ts";
import type { EnvironmentLoader } from "./environment-loader.ts";
import { KernelError, type StartupProgress } from "./kernel.ts";
import { asErrorBody, diedBody } from "./kernel-errors.ts";
import type { KernelLink, OpenKernelLink } from "./kernel-link.ts";
import { throttled } from "./throttle.ts";

/** What lives are made from. */
export interface LifeParts {
  openLink: OpenKernelLink;
  loader: EnvironmentSource;
}

/** Says what a plan means, and has the files. */
export interface EnvironmentSource extends Pick<EnvironmentLoader, "load" | "loadAnew"> {
  /** Rejects with KernelError. */
  describe(plan: EnvironmentPlan, signal?: AbortSignal): Promise<Environment>;
}

export interface EnvironmentPlan {
  /** null means the default one. */
  environmentName: string | null;
  /** What the notebook pins beside it, for which this browser may keep an environment of its own. */
  packages: readonly string[];
}

/** What Python is prepared with; a kernel's other settings are given to it when it starts. */
export interface LifePlan extends EnvironmentPlan {
  settings: KernelSettings;
  /** The worker's memory is to be saved; it becomes nobody's kernel. */
  toSave?: true;
}

/** What a worker says once it is a kernel. */
export type KernelMessage = Exclude<
  WorkerToPage,
  { kind: "start_progress" | "request_asset" | "kernel_prepared" | "kernel_ready" | "kernel_failed" }
>;

/** Hears nothing any more once the life has ended. */
export interface LifeListener {
  onProgress(progress: StartupProgress): void;
  onReady(message: KernelReady): void;
  onMessage(message: KernelMessage): void;
  /** A message did not fit the contract, or came when it could not; user code can post such. */
  onDropped(reason: string): void;
  /** The life is over for a reason the person must see. */
  onFailed(error: ErrorBody): void;
}

const PROGRESS_INTERVAL_MILLISECONDS = 50;
/** A prepared worker is a kernel in some hundredths of a second, unless the system has ended its process. */
const PREPARED_PATIENCE_MILLISECONDS = 5000;

export class KernelLife {
  readonly plan: LifePlan;
  private readonly parts: LifeParts;
  private readonly over = new AbortController();
  private readonly preparing = Promise.withResolvers<void>();
  private state: "preparing" | "prepared" | "ready" = "preparing";
  private progress: StartupProgress = { step: "environment", detail: "", doneBytes: 0, totalBytes: null };
  private described: Environment | null = null;
  private link: KernelLink | null = null;
  private supply: AssetSupply | null = null;
  private listener: LifeListener | null = null;
  private settings: KernelSettings | null = null;

  /** Begins to prepare Python at once. */
  constructor(parts: LifeParts, plan: LifePlan) {
    this.parts = parts;
    this.plan = plan;
    // Whoever waits for it hears of its failure; nobody else has to.
    this.prepared.catch(() => undefined);
    this.launch().catch((cause) => this.fail(asErrorBody(cause)));
  }

  /** Resolves once Python is prepared; rejects with KernelError when the life ends before. */
  get prepared(): Promise<void> {
    return this.preparing.promise;
  }

  /** What it is started from, once that is known. */
  get environment(): Environment | null {
    return this.described;
  }

  get isOver(): boolean {
    return this.over.signal.aborted;
  }

  /** Make this worker the kernel of `listener`. Whether it is prepared yet or not, it can become only one. */
  start(listener: LifeListener, settings: KernelSettings): void {
    this.listen(listener);
    this.settings = settings;
    if (this.environment) this.link?.post({ kind: "start_kernel", environment: this.environment, settings });
    if (this.state === "prepared") this.expectReady();
  }

  /** Let `listener` hear what the worker says; nobody else has done so. */
  listen(listener: LifeListener): void {
    if (this.listener) throw new Error("this worker is somebody's already");
    this.listener = listener;
    listener.onProgress(this.progress);
  }

  /** Says nothing to a worker that is not there yet, or not any more. */
  post(message: PageToWorker): void {
    this.link?.post(message);
  }

  interrupt(): void {
    this.link?.interrupt();
  }

  end(reason: string): void {
    if (this.isOver) return;
    const error = new KernelError({ code: "kernel_died", message: reason, hint: "" });
    this.over.abort(error);
    this.link?.close();
    this.link = null;
    this.preparing.reject(error);
  }

  private async launch(): Promise<void> {
    const { openLink, loader } = this.parts;
    const { plan } = this;
    const { settings } = plan;
    const { signal } = this.over;
    const opening = openLink(
      {
        onMessage: (message) => this.receive(message),
        onFailure: (reason) => this.fail(diedBody(reason)),
      },
      signal,
    );
    // It is awaited below; if the environment fails first, its own failure must not go unhandled.
    opening.then((link) => signal.aborted && link.close()).catch(() => undefined);
    const environment = await loader.describe(plan, signal);
    const files = filesToStart(environment, canRestore() && (settings.use_snapshot ?? true)).filter(
      ({ onDemand }) => !(onDemand && globalThis.crossOriginIsolated),
    );
    const announced = files.map(({ sha256 }) => sha256);
    const handOver = opening.then((link) => {
      if (signal.aborted) return;
      this.link = link;
      this.described = environment;
      if (this.settings) link.post({ kind: "start_kernel", environment, settings: this.settings, announced });
      else
        link.post({
          kind: "prepare_kernel",
          environment,
          settings,
          announced,
          to_save: plan.toSave ?? false,
        });
    });
    const deliveries: Promise<void>[] = [];
    this.supply = new AssetSupply({
      environment,
      announced: files,
      loader,
      post: (message, transfer) => {
        deliveries.push(handOver.then(() => this.link?.post(message, transfer)));
      },
      prove: (sha256, file) => {
        deliveries.push(handOver.then(() => this.link?.prove(sha256, file)));
      },
      onProgress: throttled(PROGRESS_INTERVAL_MILLISECONDS, ({ doneBytes, totalBytes }) => {
        if (this.state === "preparing" && doneBytes < totalBytes)
          this.proceed({ step: "download", detail: environment.title, doneBytes, totalBytes });
      }),
      signal,
    });
    await Promise.all([handOver, this.supply.announce()]);
    await Promise.all(deliveries);
  }

  private receive(raw: unknown): void {
    if (this.isOver) return;
    try {
      this.act(decode(raw, WorkerToPage));
    } catch (cause) {
      if (!(cause instanceof ContractError)) throw cause;
      this.listener?.onDropped(cause.message);
    }
  }

  private act(message: WorkerToPage): void {
    const { listener, state } = this;
    switch (message.kind) {
      case "start_progress": {
        const { step, detail = "" } = message;
        if (state === "ready") this.drop(message);
        else this.proceed({ step, detail, doneBytes: 0, totalBytes: null });
        break;
      }
      case "request_asset":
        if (!this.supply?.answer(message)) this.drop(message);
        break;
      case "kernel_prepared":
        if (state === "preparing") this.prepare();
        else this.drop(message);
        break;
      case "kernel_ready":
        if (listener && state !== "ready") {
          this.prepare();
          this.state = "ready";
          listener.onReady(message);
        } else this.drop(message);
        break;
      case "kernel_failed":
        this.fail(message.error);
        break;
      default:
        if (listener) listener.onMessage(message);
        else this.drop(message);
    }
  }

  private prepare(): void {
    this.state = "prepared";
    this.preparing.resolve();
  }

  private proceed(progress: StartupProgress): void {
    if (this.isOver) return;
    this.progress = progress;
    this.listener?.onProgress(progress);
  }

  private drop({ kind }: WorkerToPage): void {
    this.listener?.onDropped(`${kind} when it could not come`);
  }

  private expectReady(): void {
    const timer = setTimeout(() => {
      if (this.state !== "ready") this.fail(diedBody("its process does not answer"));
    }, PREPARED_PATIENCE_MILLISECONDS);
    this.over.signal.addEventListener("abort", () => clearTimeout(timer));
  }

  private fail(error: ErrorBody): void {
    if (this.isOver) return;
    // First of all: `end` rejects with less to say.
    this.preparing.reject(new KernelError(error));
    this.end(error.message);
    this.listener?.onFailed(error);
  }
}

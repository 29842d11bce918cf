/** The kernel inside its worker or process: starts Python, then carries messages between it and the page. */
import type {
  Capability,
  ErrorBody,
  PageToWorker,
  SaveSnapshot,
  StartKernel,
  WorkerToPage,
} from "../../contracts/generated.ts";
import type { ArrivingReads } from "./arriving-reads.ts";
import { type AssetBody, KeptBlob, type ProveBlob, ProvedBytes } from "./asset-body.ts";
import { Assets } from "./assets.ts";
import type { ImportModule } from "./boot.ts";
import type { Pyodide } from "./emscripten.ts";
import { bridgedFetch, RuntimeFiles } from "./fetch.ts";
import { createHost } from "./host.ts";
import { type MessageToPython, splitMessage, transferables } from "./message-parts.ts";
import { PageRequests } from "./page-requests.ts";
import { PendingInputs } from "./pending-inputs.ts";
import { type PreparedPython, type PreparePlan, preparePython, savePrepared } from "./prepare.ts";
import type { SharedWaits } from "./shared-waits.ts";
import type { Stop } from "./stop.ts";
import { Stopwatch } from "./stopwatch.ts";

export interface CorePlatform {
  post(message: WorkerToPage, transfer: Transferable[]): void;
  importModule: ImportModule;
  /** Called once Python runs, before anything of the user does. */
  lockDown(): void;
  /** Whether WebAssembly can suspend its stack (JSPI). */
  canSuspend: boolean;
  stop: Stop;
  /** How cells wait where nothing suspends; null where they cannot. */
  waits: SharedWaits | null;
  prove: ProveBlob;
  /** Null where a worker cannot sleep until a file has come: then a start waits for all of them. */
  arriving: ArrivingReads | null;
  /** Ask for a file of the environment; `damaged`: what came last is not what its hash says. */
  askForAsset(sha256: string, damaged: boolean): void;
}

/** Called promising, the function may suspend, and so sees whether cells may. */
interface PythonFunction<Result> {
  (): Result;
  callPromising(): Promise<Result>;
}

export interface PythonKernel {
  readonly python_version: string;
  handle(json: string, ...buffers: Uint8Array[]): void;
  interrupt(): boolean;
  capabilities_json: PythonFunction<string>;
}

export class KernelCore {
  private readonly platform: CorePlatform;
  private readonly assets: Assets;
  private readonly files = new RuntimeFiles();
  private readonly inputs = new PendingInputs();
  private readonly page: PageRequests;
  private python: PythonKernel | null = null;
  private preparing: Promise<PreparedPython> | null = null;
  private isPrepared = false;
  private started = false;
  private environmentName = "";
  private currentRun: string | null = null;

  constructor(platform: CorePlatform) {
    this.platform = platform;
    this.assets = new Assets(platform.askForAsset);
    this.page = new PageRequests((message) => platform.post(message, []));
    platform.waits?.connect((answer) => this.receive(answer));
  }

  /** Provide a file of the environment without a message, where files are at hand. */
  provide(sha256: string, body: AssetBody): void {
    this.assets.provide(sha256, body);
  }

  /** Say that a file of the environment cannot be had. */
  refuse(sha256: string, reason: string): void {
    this.assets.refuse(sha256, reason);
  }

  receive(message: PageToWorker): void {
    switch (message.kind) {
      case "prepare_kernel":
        void this.orFail(async () => {
          await this.prepare(message);
          this.isPrepared = true;
          this.platform.post({ kind: "kernel_prepared" }, []);
        });
        break;
      case "start_kernel":
        void this.orFail(() => this.start(message));
        break;
      case "save_snapshot":
        void this.orFail(() => this.save(message));
        break;
      case "provide_asset":
        this.provideBody(message.sha256, message.body);
        break;
      case "refuse_asset":
        this.assets.refuse(message.sha256, message.error.message);
        break;
      case "interrupt_run":
        this.platform.stop.pressUnshared();
        break;
      case "answer_input":
        this.inputs.answer(message);
        break;
      case "answer_http":
      case "http_part":
      case "query_part":
      case "refuse_request":
        this.page.settle(message);
        break;
      default:
        this.hand(message);
    }
  }

  private provideBody(sha256: string, body: Uint8Array | Blob): void {
    const { prove } = this.platform;
    this.assets.provide(sha256, body instanceof Blob ? new KeptBlob(body, prove) : new ProvedBytes(body));
  }

  /** The kernel cannot go on; say so. */
  fail(error: ErrorBody): void {
    this.platform.post({ kind: "kernel_failed", error }, []);
  }

  private hand(message: MessageToPython): void {
    const { stop } = this.platform;
    if (message.kind === "run_cell") stop.runQueued();
    stop.outsideTick(() => {
      const { json, buffers } = splitMessage(message);
      if (this.python) this.python.handle(json, ...buffers);
      else console.error(`${message.kind} came before the kernel was ready`);
    });
  }

  /** The page hears of what goes wrong. */
  private async orFail(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (cause) {
      console.error(cause);
      const reason = cause instanceof Error ? cause.message : String(cause);
      this.fail({
        code: "kernel_start_failed",
        message: `Python did not start: ${lastLine(reason)}`,
        hint: `Restart the kernel; if it fails again, rebuild the environment "${this.environmentName}".`,
      });
    }
  }

  private prepare(plan: PreparePlan): Promise<PreparedPython> {
    this.environmentName = plan.environment.name;
    const { platform, files, assets, page } = this;
    globalThis.fetch = bridgedFetch(page, files);
    assets.announce(plan.announced ?? []);
    this.preparing ??= preparePython(plan, { platform, files, assets });
    return this.preparing;
  }

  private async save({ imports }: SaveSnapshot): Promise<void> {
    if (!this.preparing) throw new Error("there is nothing to save yet");
    const saved = await savePrepared(await this.preparing, imports, this.platform);
    const buffers = transferables(saved.parts.map(({ body }) => body));
    this.platform.post({ kind: "snapshot_saved", ...saved }, buffers);
  }

  private async start(message: StartKernel): Promise<void> {
    if (this.started) return;
    this.started = true;
    const { settings } = message;
    const { platform } = this;
    const waited = this.preparing === null ? null : new Stopwatch();
    const hadToWait = !this.isPrepared;
    const prepared = await this.prepare(message);
    const { pyodide, bridge, lockText, restored, note } = prepared;
    // A start that finds Python prepared takes only what is left to do.
    waited?.lap("prepared");
    const stopwatch = waited ?? prepared.stopwatch;
    const host = createHost({
      settings,
      lockText,
      stop: platform.stop,
      waits: platform.waits,
      page: this.page,
      inputs: this.inputs,
      post: (message, buffers) => this.forward(message, transferables(buffers)),
    });
    const python = bridge.start(host);
    this.connect(pyodide, python);
    const { capabilities_json } = python;
    const capabilities = platform.canSuspend ? await capabilities_json.callPromising() : capabilities_json();
    stopwatch.lap("kernel");
    stopwatch.total();
    platform.post(
      {
        kind: "kernel_ready",
        capabilities: JSON.parse(capabilities) as Capability[],
        python_version: python.python_version,
        restored,
        note,
        // Stages of a preparation that was over before say nothing of this start.
        timings: { ...(hadToWait ? prepared.stopwatch.seconds : {}), ...stopwatch.seconds },
      },
      [],
    );
  }

  private connect(pyodide: Pyodide, python: PythonKernel): void {
    const { stop } = this.platform;
    stop.connect(() => python.interrupt());
    pyodide.setInterruptBuffer(stop.buffer);
    pyodide.setStdout({ write: this.nativeOutput("stdout") });
    pyodide.setStderr({ write: this.nativeOutput("stderr") });
    // A trap leaves Python unusable: the run would never finish.
    pyodide._api.on_fatal = (cause) => this.fail(crashed(cause));
    this.python = python;
  }

  private forward(message: WorkerToPage, transfer: Transferable[]): void {
    if (message.kind === "run_started") this.currentRun = message.run_id;
    if (message.kind === "run_finished") {
      this.currentRun = null;
      this.platform.stop.runFinished();
    }
    this.platform.post(message, transfer);
  }

  /** What C code prints goes straight to the page: Python has let go of its lock and cannot be entered. */
  private nativeOutput(name: "stdout" | "stderr"): (bytes: Uint8Array) => number {
    const decoder = new TextDecoder();
    return (bytes) => {
      const text = decoder.decode(bytes, { stream: true });
      const run_id = this.currentRun;
      if (run_id === null) console.error(text);
      else if (text !== "") this.platform.post({ kind: "stream", run_id, name, text }, []);
      return bytes.length;
    };
  }
}

function crashed(cause: unknown): ErrorBody {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return {
    code: "kernel_died",
    message: `Python crashed: ${reason}`,
    hint: "Run a cell to start a fresh kernel; variables are gone, cells, outputs and files are kept.",
  };
}

/** A Python traceback's last line says what happened. */
function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? text;
}

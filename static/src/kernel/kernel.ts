/** The kernel as the rest of the page sees it: its states, what can be asked of it, and nothing of how. */
import type {
  AddedPackage,
  Capability,
  CloseComm,
  CodeInspected,
  CommMessage,
  Completion,
  Environment,
  ErrorBody,
  OpenComm,
  RunCell,
  RunEvent,
  RunFinished,
  StartProgress,
} from "../contracts/generated.ts";

export interface StartupProgress {
  step: "environment" | "download" | StartProgress["step"];
  detail: string;
  /** Bytes fetched so far, and in all when that is known; zero outside "download". */
  doneBytes: number;
  totalBytes: number | null;
}

export type KernelState =
  | { kind: "off" }
  | { kind: "starting"; progress: StartupProgress }
  | { kind: "idle" }
  | { kind: "busy"; runId: string }
  | { kind: "failed"; error: ErrorBody };

/** `restarted`: the run could not be stopped in place, so its worker was ended and variables are gone. */
export type InterruptOutcome = "interrupted" | "restarted" | "nothing_running";

export type CommEvent = OpenComm | CommMessage | CloseComm;

export interface Kernel {
  readonly state: KernelState;
  /** What this kernel can do; empty until it is ready. */
  readonly capabilities: readonly Capability[];
  /** A sentence to show after a start that fell back, else "". */
  readonly note: string;
  /** Seconds per step of the last start. */
  readonly timings: Readonly<Record<string, number>>;
  /** What it was started from; null while that is not known. */
  readonly environment: Environment | null;

  /** Calls `listener` after every change of `state`, until `signal` aborts. */
  onState(listener: (state: KernelState) => void, signal?: AbortSignal): void;
  /** Resolves when the kernel takes runs; joins a start under way; rejects with KernelError. */
  start(): Promise<void>;
  /** Ends the worker and starts a fresh one; runs under way finish as "interrupted". */
  restart(): Promise<void>;
  /** Ends the worker. */
  shutdown(): void;

  /** Runs a cell; `onEvent` sees every event in order, the RunFinished last. Starts the kernel if it is off. */
  run(request: Omit<RunCell, "kind">, onEvent: (event: RunEvent) => void): Promise<RunFinished>;
  interrupt(): Promise<InterruptOutcome>;
  answerInput(inputId: string, value: string | null): void;

  /** `cursor` and the answers' positions count UTF-16 units, as CodeMirror does. */
  complete(source: string, cursor: number): Promise<Completion[]>;
  inspect(source: string, cursor: number, detailLevel?: number): Promise<CodeInspected>;

  readFile(path: string): Promise<Uint8Array>;
  writeFile(path: string, body: Uint8Array): Promise<void>;
  removeFile(path: string): Promise<void>;

  /** What was installed beside the environment. */
  addedPackages(): Promise<AddedPackage[]>;

  onComm(listener: (event: CommEvent) => void, signal?: AbortSignal): void;
  sendComm(event: CommEvent): void;
}

/** A request the kernel refused; carries the wire's error. */
export class KernelError extends Error {
  readonly body: ErrorBody;
  constructor(body: ErrorBody) {
    super(body.message);
    this.name = "KernelError";
    this.body = body;
  }
}

/** A person restarted the kernel or left it: who waited for it need not be told. */
export class KernelEnded extends KernelError {}

/** What Python's bridge sees of the worker: posting, waiting for the page, and Stop. */
import type { KernelSettings, WorkerToPage } from "../../contracts/generated.ts";
import type { HttpBridge, HttpOutcome, HttpQuestion } from "./http-bridge.ts";
import { joinMessage } from "./message-parts.ts";
import type { PendingInputs } from "./pending-inputs.ts";
import type { SharedWaits } from "./shared-waits.ts";
import type { InterruptMode, Stop } from "./stop.ts";

export interface HostOptions {
  settings: KernelSettings;
  lockText: string;
  stop: Stop;
  http: HttpBridge;
  inputs: PendingInputs;
  waits: SharedWaits | null;
  post(message: WorkerToPage, buffers: Uint8Array[]): void;
}

/** The object given to `wasm_runtime.kernel.bridge.start`. Its names are Python's, hence the case. */
export interface Host {
  readonly settings_json: string;
  readonly interrupt_mode: InterruptMode;
  post(json: string, buffers?: Uint8Array[]): void;
  /** Resolves to the JSON text of the answered value: a string, or null when cancelled. */
  wait_input(inputId: string): Promise<string>;
  fetch_http(json: string, body?: Uint8Array): Promise<HttpReply>;
  /** Waits that block the worker itself; undefined where it cannot share memory or need not. */
  readonly shared_waits: HostWaits | undefined;
  read_lock(): string;
  run_changed(running: boolean): void;
  tick(): Promise<number>;
  rearm(): void;
}

interface HttpReply {
  json: string;
  body?: Uint8Array;
}

/** Each is done when it returns; Stop ends it with false or undefined. */
interface HostWaits {
  sleep(seconds: number): boolean;
  wait_input(inputId: string): string | undefined;
  fetch_http(json: string, body?: Uint8Array): HttpReply | undefined;
}

export function createHost(options: HostOptions): Host {
  const { stop, http, inputs } = options;
  return {
    settings_json: JSON.stringify(options.settings),
    interrupt_mode: stop.mode,
    post(json, buffers = []) {
      options.post(joinMessage({ json, buffers }), buffers);
    },
    wait_input: (inputId) => inputs.wait(inputId),
    async fetch_http(json, body) {
      return replyOf(await http.request(questionOf(json, body)));
    },
    shared_waits: options.waits ? createWaits(options.waits, options) : undefined,
    read_lock: () => options.lockText,
    run_changed(running) {
      stop.runChanged(running);
      if (!running) inputs.clear();
    },
    tick: () => stop.tick(),
    rearm: () => stop.rearm(),
  };
}

function createWaits(waits: SharedWaits, { http, inputs }: HostOptions): HostWaits {
  return {
    sleep: (seconds) => waits.until(() => false, seconds),
    wait_input(inputId) {
      waits.until(() => inputs.find(inputId) !== undefined);
      return inputs.find(inputId);
    },
    fetch_http(json, body) {
      let outcome: HttpOutcome | undefined;
      http.ask(questionOf(json, body), (answered) => {
        outcome = answered;
      });
      waits.until(() => outcome !== undefined);
      return outcome && replyOf(outcome);
    },
  };
}

function questionOf(json: string, body?: Uint8Array): HttpQuestion {
  return { ...(JSON.parse(json) as HttpQuestion), body: body ?? null };
}

function replyOf(outcome: HttpOutcome): HttpReply {
  if (outcome.kind === "refuse_request") return { json: JSON.stringify(outcome) };
  const { body, ...rest } = outcome;
  return { json: JSON.stringify(rest), body };
}

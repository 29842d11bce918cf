/** What Python's bridge sees of the worker: posting, waiting for the page, and Stop. */
import type { KernelSettings, WorkerToPage } from "../../contracts/generated.ts";
import { joinMessage } from "./message-parts.ts";
import type { FetchQuestion, PageAnswer, PageQuestion, PageRequests } from "./page-requests.ts";
import type { PendingInputs } from "./pending-inputs.ts";
import type { SharedWaits } from "./shared-waits.ts";
import type { InterruptMode, Stop } from "./stop.ts";

export interface HostOptions {
  settings: KernelSettings;
  lockText: string;
  stop: Stop;
  page: PageRequests;
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
  /** The page's answer to a FetchHttp, ReadHttp, OpenQuery or ReadQuery; `body` is a FetchHttp's. */
  ask_page(json: string, body?: Uint8Array): Promise<PageReply>;
  /** Waits that block the worker itself; undefined where it cannot share memory or need not. */
  readonly shared_waits: HostWaits | undefined;
  read_lock(): string;
  run_changed(running: boolean): void;
  tick(): Promise<number>;
  rearm(): void;
}

interface PageReply {
  json: string;
  body?: Uint8Array;
}

/** Each is done when it returns; Stop ends it with false or undefined. */
interface HostWaits {
  sleep(seconds: number): boolean;
  wait_input(inputId: string): string | undefined;
  ask_page(json: string, body?: Uint8Array): PageReply | undefined;
}

export function createHost(options: HostOptions): Host {
  const { stop, page, inputs } = options;
  return {
    settings_json: JSON.stringify(options.settings),
    interrupt_mode: stop.mode,
    post(json, buffers = []) {
      options.post(joinMessage({ json, buffers }), buffers);
    },
    wait_input: (inputId) => inputs.wait(inputId),
    async ask_page(json, body) {
      return replyOf(await page.request(questionOf(json, body)));
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

function createWaits(waits: SharedWaits, { page, inputs }: HostOptions): HostWaits {
  return {
    sleep: (seconds) => waits.until(() => false, seconds),
    wait_input(inputId) {
      waits.until(() => inputs.find(inputId) !== undefined);
      return inputs.find(inputId);
    },
    ask_page(json, body) {
      let answer: PageAnswer | undefined;
      page.ask(questionOf(json, body), (answered) => {
        answer = answered;
      });
      waits.until(() => answer !== undefined);
      return answer && replyOf(answer);
    },
  };
}

function questionOf(json: string, body?: Uint8Array): PageQuestion {
  const question = JSON.parse(json) as PageQuestion;
  return question.kind === "fetch_http"
    ? ({ ...question, body: body ?? null } satisfies FetchQuestion)
    : question;
}

function replyOf(answer: PageAnswer): PageReply {
  if (answer.kind === "refuse_request") return { json: JSON.stringify(answer) };
  const { body, ...rest } = answer;
  return { json: JSON.stringify(rest), body };
}

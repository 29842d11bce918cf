/** A kernel worker without Python, for tests: it answers a start at once and remembers what it was told. */
import type { Environment, PageToWorker } from "../contracts/generated.ts";
import type { LifeParts } from "./kernel-life.ts";
import type { LinkListener, OpenKernelLink } from "./kernel-link.ts";

export const READY = { kind: "kernel_ready", capabilities: [], python_version: "3.14.2", restored: false };

export const TINY: Environment = {
  name: "tiny",
  id: "1",
  title: "Tiny",
  pyodide_version: "314.0.7",
  python_version: "3.14.2",
  abi: "2026_0",
  runtime: [],
  wheels: [],
  lock: { name: "lock.json", sha256: "aa", size_bytes: 2, transfer_bytes: 2 },
};

/** Every name means the tiny environment. */
export const FAKE_LOADER: LifeParts["loader"] = {
  describe: async () => TINY,
  load: async (files, deliver) => {
    for (const file of files) deliver(file, new Uint8Array(2));
  },
  loadAnew: async () => new Uint8Array(3),
};

export class FakeWorker {
  readonly posted: PageToWorker[] = [];
  closed = false;
  interrupts = 0;
  /** Whether it answers when it is prepared or started. */
  answers = true;
  readonly listener: LinkListener;

  constructor(listener: LinkListener) {
    this.listener = listener;
  }

  kinds(): string[] {
    return this.posted.map((message) => message.kind);
  }

  receive(message: PageToWorker): void {
    this.posted.push(message);
    if (!this.answers) return;
    if (message.kind === "start_kernel") this.say(READY);
    if (message.kind === "prepare_kernel") this.say({ kind: "kernel_prepared" });
  }

  /** What it sends arrives later, as messages do. */
  private say(message: unknown): void {
    queueMicrotask(() => this.listener.onMessage(message));
  }
}

/** Opens links to fake workers, and gives each to `onOpen`. */
export function fakeWorkers(onOpen: (worker: FakeWorker) => void): OpenKernelLink {
  return async (listener) => {
    const worker = new FakeWorker(listener);
    onOpen(worker);
    return {
      isolated: true,
      post: (message) => worker.receive(message),
      prove: () => undefined,
      interrupt: () => void worker.interrupts++,
      close: () => {
        worker.closed = true;
      },
    };
  };
}

/** The kernel frame's only script: starts the worker, gives the page a port to it, passes Stop on, and answers. */
import { CONTROL, CONTROL_BYTES, MAILBOX_BYTES, MailboxWriter, ring } from "../mailbox.ts";
import { FileProofs } from "./file-proofs.ts";
import {
  FRAME_PROTOCOL,
  type FrameToPage,
  type FrameToWorker,
  type PageToFrame,
  WAITS_FOR_GREETING,
  type WorkerToFrame,
} from "./frame-messages.ts";
import { WaitingReads } from "./waiting-read.ts";

const SIGINT = 2;
/** With stack switching a waiting worker still receives messages. */
const needsMailbox = self.crossOriginIsolated && !("Suspending" in WebAssembly);

const shared = self.crossOriginIsolated ? new SharedArrayBuffer(CONTROL_BYTES) : null;
const memory = needsMailbox ? new SharedArrayBuffer(MAILBOX_BYTES) : null;
const control = shared && new Int32Array(shared);
const mailbox = control && memory && new MailboxWriter(control, memory, () => tellWorker({ kind: "mail" }));
const reads = new WaitingReads();
const proofs = new FileProofs();
const worker = new Worker(workerUrl());
worker.onerror = (event) => fail(event.message || "the worker did not start");
worker.onmessageerror = () => fail("a message to the worker could not be read");
worker.onmessage = (event: MessageEvent<WorkerToFrame>) => hear(event.data);

/** The worker's script lies in the frame, as text: a worker of an opaque origin starts from a blob only. */
function workerUrl(): string {
  const source = document.getElementById("worker")?.textContent ?? "";
  return URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
}

function tellPage(message: FrameToPage, transfer: Transferable[] = []): void {
  // The frame's origin is opaque and so cannot name its parent's; nothing secret is said here.
  window.parent.postMessage(message, "*", transfer);
}

/** User code can post from the worker too; all that it can reach here is its own. */
function hear(message: WorkerToFrame | null): void {
  if (message?.kind === "mailbox_emptied") mailbox?.fill();
  else if (message?.kind === "read_file") reads.add(message);
  else if (message?.kind === "expect_file") reads.expectAnew(message.sha256);
  else if (message?.kind === "prove_file") void prove(message.sha256, message.file);
}

async function prove(sha256: string, file: Blob): Promise<void> {
  const bytes = await proofs.take(sha256, file);
  tellWorker({ kind: "file_proved", sha256, bytes }, bytes ? [bytes.buffer] : []);
}

function fail(message: string): void {
  tellPage({ protocol: FRAME_PROTOCOL, kind: "worker_failed", message });
}

function stop(): void {
  // The signal first: a worker that finds it gone knows that Python has taken it.
  if (control) {
    Atomics.store(control, CONTROL.signal, SIGINT);
    ring(control);
  }
  reads.interrupt();
  tellWorker({ kind: "interrupt" });
}

function tellWorker(message: FrameToWorker, transfer: Transferable[] = []): void {
  worker.postMessage(message, transfer);
}

window.addEventListener("message", (event: MessageEvent<PageToFrame>) => {
  if (event.source !== window.parent || event.data?.protocol !== FRAME_PROTOCOL) return;
  if (event.data.kind === "greet") sayHello();
  else if (event.data.kind === "interrupt") stop();
  else if (event.data.kind === "answer") mailbox?.send(event.data.answer);
  else if (event.data.kind === "file") reads.arrived(event.data.sha256, event.data.file);
  else if (event.data.kind === "prove") proofs.begin(event.data.sha256, event.data.file);
});

const { port1, port2 } = new MessageChannel();
let pagesPort: MessagePort | null = port2;
tellWorker({ kind: "connect", port: port1, control: shared, mailbox: memory }, [port1]);
if (location.hash !== WAITS_FOR_GREETING) sayHello();

function sayHello(): void {
  if (!pagesPort) return;
  const isolated = self.crossOriginIsolated;
  tellPage({ protocol: FRAME_PROTOCOL, kind: "hello", isolated, takesAnswers: needsMailbox }, [pagesPort]);
  pagesPort = null;
}

/** The browser's kernel worker: a classic worker in the kernel frame that is handed its port to the page. */
import type { PageToWorker } from "../../contracts/generated.ts";
import type { FrameToWorker, WorkerToFrame } from "../frame/frame-messages.ts";
import { MailboxReader } from "../mailbox.ts";
import { arrivingReads } from "./arriving-reads.ts";
import { KernelCore } from "./core.ts";
import { importModule } from "./import-module.ts";
import { lockDown, remove } from "./lockdown.ts";
import { Proofs } from "./proofs.ts";
import { SharedWaits } from "./shared-waits.ts";
import { Stop } from "./stop.ts";

type Connect = Extract<FrameToWorker, { kind: "connect" }>;

const scope = self as unknown as DedicatedWorkerGlobalScope;

// Pyodide refuses classic workers by trying importScripts; a module worker does not start in an opaque frame.
remove(scope, "importScripts");

const listen = (event: MessageEvent<FrameToWorker>): void => {
  const message = event.data;
  if (message.kind === "connect") connect(message);
};
scope.addEventListener("message", listen);

function connect({ port, control: shared, mailbox }: Connect): void {
  const canSuspend = "Suspending" in WebAssembly;
  const control = shared && new Int32Array(shared);
  const stop = new Stop(control, canSuspend);
  const waits = control && mailbox && new SharedWaits(control, new MailboxReader(mailbox, emptied), stop);
  const proofs = new Proofs((file, sha256) => tellFrame({ kind: "prove_file", sha256, file }));
  const core = new KernelCore({
    post: (message, transfer) => port.postMessage(message, transfer),
    importModule,
    lockDown: () => lockDown(scope),
    canSuspend,
    stop,
    waits,
    prove: (file, sha256) => proofs.ask(file, sha256),
    arriving: control && arrivingReads(tellFrame),
    askForAsset: (sha256, damaged) => port.postMessage({ kind: "request_asset", sha256, damaged }),
  });
  scope.removeEventListener("message", listen);
  scope.addEventListener("message", (event: MessageEvent<FrameToWorker>) => {
    if (event.data?.kind === "interrupt") stop.press();
    else if (event.data?.kind === "mail") waits?.deliver();
    else if (event.data?.kind === "file_proved") proofs.answer(event.data.sha256, event.data.bytes);
  });
  port.onmessage = (event: MessageEvent<PageToWorker>) => core.receive(event.data);
}

function emptied(): void {
  tellFrame({ kind: "mailbox_emptied" });
}

function tellFrame(message: WorkerToFrame): void {
  scope.postMessage(message);
}

/** Questions to a kernel that wait for their answer, paired by request_id. */
import type {
  CodeCompleted,
  CodeInspected,
  FileRead,
  PackagesListed,
  RequestDone,
  RequestFailed,
} from "../contracts/generated.ts";
import { KernelError } from "./kernel.ts";

export type RequestAnswer =
  | CodeCompleted
  | CodeInspected
  | FileRead
  | PackagesListed
  | RequestDone
  | RequestFailed;

interface Waiting {
  expects: RequestAnswer["kind"];
  resolve(answer: RequestAnswer): void;
  reject(error: KernelError): void;
}

export class OutstandingRequests {
  private readonly waiting = new Map<string, Waiting>();
  private count = 0;

  /** Ask with a fresh id; rejects with KernelError when the kernel says no or ends. */
  ask<Kind extends RequestAnswer["kind"]>(
    expects: Kind,
    send: (requestId: string) => void,
  ): Promise<Extract<RequestAnswer, { kind: Kind }>> {
    const id = `request-${++this.count}`;
    return new Promise((resolve, reject) => {
      // `settle` lets nothing but the expected kind through.
      this.waiting.set(id, { expects, resolve: resolve as Waiting["resolve"], reject });
      send(id);
    });
  }

  /** False when nobody asked, or asked for something else. */
  settle(answer: RequestAnswer): boolean {
    const waiting = this.waiting.get(answer.request_id);
    if (!waiting) return false;
    if (answer.kind === "request_failed") waiting.reject(new KernelError(answer.error));
    else if (answer.kind === waiting.expects) waiting.resolve(answer);
    else return false;
    this.waiting.delete(answer.request_id);
    return true;
  }

  rejectAll(error: KernelError): void {
    for (const waiting of this.waiting.values()) waiting.reject(error);
    this.waiting.clear();
  }
}

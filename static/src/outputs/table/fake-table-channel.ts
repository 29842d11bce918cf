/** A comm channel without a kernel: what was sent is kept, and answers are told by hand. */
import type { Json } from "../../contracts/codec.ts";
import type { CommChannel, CommEvent } from "../output.ts";

export class FakeTableChannel implements CommChannel {
  readonly sent: CommEvent[] = [];
  state = { kind: "idle" };
  #listeners: ((event: CommEvent) => void)[] = [];
  #stateListeners: ((state: { kind: string }) => void)[] = [];

  onComm(listener: (event: CommEvent) => void, signal?: AbortSignal): void {
    this.#listeners.push(listener);
    signal?.addEventListener("abort", () => {
      this.#listeners = this.#listeners.filter((each) => each !== listener);
    });
  }

  onState(listener: (state: { kind: string }) => void): void {
    this.#stateListeners.push(listener);
  }

  sendComm(event: CommEvent): void {
    this.sent.push(event);
  }

  /** The requests so far, oldest first. */
  get requests(): Record<string, Json>[] {
    return this.sent.flatMap((event) =>
      event.kind === "comm_msg" ? [event.data as Record<string, Json>] : [],
    );
  }

  answer(data: Json, buffers: Uint8Array[] = []): void {
    this.#tell({ kind: "comm_msg", comm_id: this.commId, data, metadata: null, buffers });
  }

  close(): void {
    this.#tell({ kind: "comm_close", comm_id: this.commId, data: null });
  }

  become(kind: string): void {
    this.state = { kind };
    for (const listener of this.#stateListeners) listener({ kind });
  }

  get commId(): string {
    return this.sent[0]!.comm_id;
  }

  #tell(event: CommEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}

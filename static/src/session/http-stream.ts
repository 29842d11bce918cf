/** The body of one response that Python reads in parts. */
import { PartStream, type StreamPart } from "../kernel/part-stream.ts";
import type { Patience } from "./patience.ts";

export class HttpStream {
  readonly #stop = new AbortController();
  #body: PartStream | null = null;
  #patience: Patience | null = null;

  /** Aborted when nobody reads any more; what carries the request out ends with it. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** The first part of a response whose head has come. */
  async begin(response: Response, patience: Patience): Promise<StreamPart> {
    this.#patience = patience;
    if (!response.body) return { body: new Uint8Array(0), isLast: true };
    this.#body = new PartStream(response.body);
    return this.next();
  }

  /** Rejects as the fetch did. The server's silence counts only while Python waits. */
  async next(): Promise<StreamPart> {
    if (!this.#body) throw new TypeError("There is no response yet.");
    this.#patience?.heard();
    try {
      return await this.#body.next();
    } finally {
      this.#patience?.end();
    }
  }

  close(): void {
    this.#stop.abort();
  }
}

/** A body that Python reads in parts: read ahead while it works, but never far. */

/** Whoever sends it waits once so much lies here unread. */
const READ_AHEAD_BYTES = 1 << 20;

export interface StreamPart {
  body: Uint8Array;
  isLast: boolean;
}

export class PartStream {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #parts: Uint8Array[] = [];
  #bytes = 0;
  #state: "open" | "ended" | { failed: unknown } = "open";
  #changed = Promise.withResolvers<void>();

  constructor(body: ReadableStream<Uint8Array>) {
    this.#reader = body.getReader();
    void this.#readAhead();
  }

  /** All that has come since the last call, at least something. Rejects once the stream was cut. */
  async next(): Promise<StreamPart> {
    while (this.#bytes === 0 && this.#state === "open") await this.#changed.promise;
    if (this.#bytes === 0 && typeof this.#state === "object") throw this.#state.failed;
    const body = joined(this.#parts, this.#bytes);
    this.#parts = [];
    this.#bytes = 0;
    this.#wake();
    return { body, isLast: this.#state === "ended" };
  }

  async #readAhead(): Promise<void> {
    try {
      for (;;) {
        while (this.#bytes >= READ_AHEAD_BYTES) await this.#changed.promise;
        const { done, value } = await this.#reader.read();
        if (done) break;
        this.#parts.push(value);
        this.#bytes += value.length;
        this.#wake();
      }
      this.#state = "ended";
    } catch (failed) {
      this.#state = { failed };
    }
    this.#wake();
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

/** Parts of a body as one. */
export function joined(parts: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

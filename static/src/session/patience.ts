/** Gives up on a server that is silent for too long, or never comes to an end. */

export class Patience {
  /** Aborted with a TimeoutError. */
  readonly signal: AbortSignal;
  private readonly silence = new AbortController();
  private readonly silentSeconds: number | null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** How long nothing may come, and how long the whole may take; null for no such limit. */
  constructor(silentSeconds: number | null, wholeSeconds: number | null) {
    this.silentSeconds = silentSeconds;
    this.signal =
      wholeSeconds === null
        ? this.silence.signal
        : AbortSignal.any([AbortSignal.timeout(wholeSeconds * 1000), this.silence.signal]);
    this.heard();
  }

  /** Something came: the silence begins anew. */
  heard(): void {
    clearTimeout(this.timer);
    if (this.silentSeconds === null) return;
    const reason = new DOMException("The server was silent for too long.", "TimeoutError");
    this.timer = setTimeout(() => this.silence.abort(reason), this.silentSeconds * 1000);
  }

  /** All has come. */
  end(): void {
    clearTimeout(this.timer);
  }
}

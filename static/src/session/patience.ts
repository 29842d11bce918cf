/** Gives up on a server that is silent for too long, or never comes to an end. */

export class Patience {
  /** Aborted with a TimeoutError. */
  readonly signal: AbortSignal;
  private readonly silence = new AbortController();
  private readonly silentSeconds: number | null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `silentSeconds`: how long nothing may come; null for as long as the whole may take. */
  constructor(silentSeconds: number | null, wholeSeconds: number) {
    this.silentSeconds = silentSeconds;
    this.signal = AbortSignal.any([AbortSignal.timeout(wholeSeconds * 1000), this.silence.signal]);
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

/**
 * Lets the page wait a moment for the kernel's answer before it draws.
 *
 * A browser that has drawn in answer to an input holds messages to the page back until the next frame is
 * out (Chromium's task deferral after discrete input). So a quick cell's result would be seen a frame or two
 * after it was there. Instead the page asks first and draws question and answer together.
 */

/** A frame: nobody sees the wait. */
const LONGEST_MILLISECONDS = 16;

export class Drawing {
  #held: PromiseWithResolvers<void> | null = null;
  #next: (() => void) | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Resolves when drawing may go on; null when it may. */
  get held(): Promise<void> | null {
    return this.#held?.promise ?? null;
  }

  /** Nothing is drawn, and `next` waits, until `release`. */
  hold(next: () => void): void {
    this.release();
    this.#held = Promise.withResolvers();
    this.#next = next;
    this.#timer = setTimeout(() => this.release(), LONGEST_MILLISECONDS);
  }

  release(): void {
    if (!this.#held) return;
    clearTimeout(this.#timer);
    this.#held.resolve();
    this.#held = null;
    const next = this.#next;
    this.#next = null;
    next?.();
  }

  /**
   * Releases for a key that comes meanwhile, and gives it to the element that has the focus then.
   * To be called first of all, with every key that goes down.
   */
  releaseFor(event: KeyboardEvent): void {
    if (!this.#held) return;
    const [before] = event.composedPath();
    this.release();
    const now = deepFocus();
    if (!now || now === before) return;
    event.stopImmediatePropagation();
    if (!now.dispatchEvent(new KeyboardEvent(event.type, event))) event.preventDefault();
  }
}

function deepFocus(): Element | null {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element;
}

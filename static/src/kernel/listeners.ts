/** A list of listeners that leave with their signal. */

export class Listeners<Event> {
  private readonly listeners = new Set<(event: Event) => void>();

  add(listener: (event: Event) => void, signal?: AbortSignal): void {
    if (signal?.aborted) return;
    this.listeners.add(listener);
    signal?.addEventListener("abort", () => this.listeners.delete(listener), { once: true });
  }

  emit(event: Event): void {
    for (const listener of [...this.listeners]) listener(event);
  }
}

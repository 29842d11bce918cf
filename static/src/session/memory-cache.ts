/** A Cache in memory, for tests: it holds what a browser's holds, and may be full. */
import type { FileCache } from "./kept-environments.ts";

export class MemoryCache implements FileCache {
  readonly bodies = new Map<string, Uint8Array<ArrayBuffer>>();
  /** What may be put in. */
  quotaBytes = Number.POSITIVE_INFINITY;

  async match(address: RequestInfo | URL): Promise<Response | undefined> {
    const body = this.bodies.get(String(address instanceof Request ? address.url : address));
    return body && new Response(body);
  }

  async put(address: RequestInfo | URL, response: Response): Promise<void> {
    const body = new Uint8Array(await response.arrayBuffer());
    if (this.usedBytes + body.length > this.quotaBytes) throw new DOMException("full", "QuotaExceededError");
    this.bodies.set(String(address), body);
  }

  async delete(address: RequestInfo | URL): Promise<boolean> {
    return this.bodies.delete(String(address));
  }

  async keys(): Promise<readonly Request[]> {
    return [...this.bodies.keys()].map((address) => new Request(address));
  }

  get usedBytes(): number {
    return [...this.bodies.values()].reduce((sum, body) => sum + body.length, 0);
  }
}

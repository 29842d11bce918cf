/** The `fetch` that code in the kernel gets: every request is a question to the page. */
import type { AnswerHttp } from "../../contracts/generated.ts";
import { RUNTIME_BASE } from "./boot.ts";
import type { PageRequests } from "./page-requests.ts";

/** Statuses for which the Response constructor refuses a body. */
const WITHOUT_BODY = new Set([204, 205, 304]);

/** Files that Pyodide's loader asks for by URL while it starts. */
export class RuntimeFiles {
  private readonly files = new Map<string, Promise<Uint8Array>>();

  serve(name: string, body: Promise<Uint8Array>): void {
    this.files.set(RUNTIME_BASE + name, body);
  }

  find(url: string): Promise<Uint8Array> | undefined {
    return this.files.get(url);
  }

  clear(): void {
    this.files.clear();
  }
}

export function bridgedFetch(page: Pick<PageRequests, "fetch">, files: RuntimeFiles): typeof fetch {
  return async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    const file = files.find(url);
    if (file) return new Response((await file) as BufferSource);
    const request = new Request(input, init);
    request.signal.throwIfAborted();
    const body = request.body === null ? null : new Uint8Array(await request.arrayBuffer());
    const asked = page.fetch({
      method: request.method,
      url: request.url,
      headers: [...request.headers],
      body,
    });
    const outcome = await unlessAborted(asked, request.signal);
    if (outcome.kind === "refuse_request") {
      const { message, hint } = outcome.error;
      throw new TypeError(hint ? `${message} (${hint})` : message);
    }
    return toResponse(outcome);
  };
}

function toResponse(answer: AnswerHttp): Response {
  const response = new Response(WITHOUT_BODY.has(answer.status) ? null : (answer.body as BufferSource), {
    status: answer.status,
    statusText: answer.reason,
    headers: answer.headers.map(([name = "", value = ""]) => [name, value] as [string, string]),
  });
  Object.defineProperty(response, "url", { value: answer.url });
  return response;
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });
}

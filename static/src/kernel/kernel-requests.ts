/** What the page asks of a running kernel beside runs: questions with one answer each. */
import type { AddedPackage, CodeInspected, Completion, PageToWorker } from "../contracts/generated.ts";
import { toCodePoints, toUtf16 } from "./cursor.ts";
import type { KernelError } from "./kernel.ts";
import { OutstandingRequests, type RequestAnswer } from "./outstanding-requests.ts";

export class KernelRequests {
  private readonly post: (message: PageToWorker) => void;
  private readonly outstanding = new OutstandingRequests();

  /** `post` throws when there is no kernel. */
  constructor(post: (message: PageToWorker) => void) {
    this.post = post;
  }

  async complete(source: string, cursor: number): Promise<Completion[]> {
    const position = toCodePoints(source, cursor);
    const answer = await this.outstanding.ask("code_completed", (request_id) =>
      this.post({ kind: "complete_code", request_id, source, cursor: position }),
    );
    return answer.completions.map((completion) => ({
      ...completion,
      start: toUtf16(source, completion.start),
      end: toUtf16(source, completion.end),
    }));
  }

  inspect(source: string, cursor: number, detail_level: number): Promise<CodeInspected> {
    const position = toCodePoints(source, cursor);
    return this.outstanding.ask("code_inspected", (request_id) =>
      this.post({ kind: "inspect_code", request_id, source, cursor: position, detail_level }),
    );
  }

  async readFile(path: string): Promise<Uint8Array> {
    const answer = await this.outstanding.ask("file_read", (request_id) =>
      this.post({ kind: "read_file", request_id, path }),
    );
    return answer.body;
  }

  async writeFile(path: string, body: Uint8Array): Promise<void> {
    await this.outstanding.ask("request_done", (request_id) =>
      this.post({ kind: "write_file", request_id, path, body }),
    );
  }

  async removeFile(path: string): Promise<void> {
    await this.outstanding.ask("request_done", (request_id) =>
      this.post({ kind: "remove_file", request_id, path }),
    );
  }

  async addedPackages(): Promise<AddedPackage[]> {
    const answer = await this.outstanding.ask("packages_listed", (request_id) =>
      this.post({ kind: "list_packages", request_id }),
    );
    return answer.packages;
  }

  /** False when nobody asked, or asked for something else. */
  settle(answer: RequestAnswer): boolean {
    return this.outstanding.settle(answer);
  }

  rejectAll(error: KernelError): void {
    this.outstanding.rejectAll(error);
  }
}

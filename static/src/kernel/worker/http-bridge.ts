/** Sends the kernel's HTTP requests to the page, which decides, and pairs its answers with them. */
import type { AnswerHttp, FetchHttp, RefuseRequest } from "../../contracts/generated.ts";

export type HttpOutcome = AnswerHttp | RefuseRequest;
export type HttpQuestion = Omit<FetchHttp, "kind" | "request_id">;

export class HttpBridge {
  private readonly waiting = new Map<string, (outcome: HttpOutcome) => void>();
  private readonly post: (message: FetchHttp) => void;
  private count = 0;

  constructor(post: (message: FetchHttp) => void) {
    this.post = post;
  }

  /** The page's answer or refusal; never rejects. */
  request(question: HttpQuestion): Promise<HttpOutcome> {
    return new Promise((resolve) => this.ask(question, resolve));
  }

  /** As `request`; `onOutcome` is called in the turn in which the answer comes. */
  ask(question: HttpQuestion, onOutcome: (outcome: HttpOutcome) => void): void {
    const request_id = `http-${++this.count}`;
    this.waiting.set(request_id, onOutcome);
    this.post({ kind: "fetch_http", request_id, ...question });
  }

  settle(outcome: HttpOutcome): void {
    this.waiting.get(outcome.request_id)?.(outcome);
    this.waiting.delete(outcome.request_id);
  }
}

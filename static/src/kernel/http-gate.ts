/** Bounds how many HTTP requests a kernel has open, and hands each to the policy. */
import type { AnswerHttp, FetchHttp, RefuseRequest } from "../contracts/generated.ts";

/** Decides on a request of the kernel and carries it out, or says why not; must not reject. */
export type HttpPolicy = (request: FetchHttp) => Promise<AnswerHttp | RefuseRequest>;

/** More than any sane program has open; a loop that floods is told so. */
const MOST_REQUESTS = 64;

export class HttpGate {
  private readonly policy: HttpPolicy;
  private open = 0;

  constructor(policy: HttpPolicy) {
    this.policy = policy;
  }

  async answer(request: FetchHttp): Promise<AnswerHttp | RefuseRequest> {
    const { request_id } = request;
    if (this.open >= MOST_REQUESTS) {
      const message = `More than ${MOST_REQUESTS} requests are open at once.`;
      const hint = "Await some of them before sending more.";
      return { kind: "refuse_request", request_id, error: { code: "too_many_requests", message, hint } };
    }
    this.open++;
    try {
      return { ...(await this.policy(request)), request_id };
    } finally {
      this.open--;
    }
  }
}

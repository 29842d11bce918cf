/** Sends what the kernel asks of the page, which decides, and pairs the page's answers with it. */
import type {
  AnswerHttp,
  FetchHttp,
  HttpPart,
  OpenQuery,
  QueryPart,
  ReadHttp,
  ReadQuery,
  RefuseRequest,
} from "../../contracts/generated.ts";

export type PageAnswer = AnswerHttp | HttpPart | QueryPart | RefuseRequest;
export type HttpOutcome = AnswerHttp | RefuseRequest;
type Asked = FetchHttp | ReadHttp | OpenQuery | ReadQuery;
/** A request without the id that it gets here. */
export type PageQuestion = FetchQuestion | Without<ReadHttp> | Without<OpenQuery> | Without<ReadQuery>;
type Without<Question extends Asked> = Omit<Question, "request_id">;
export type FetchQuestion = Without<FetchHttp>;

export class PageRequests {
  private readonly waiting = new Map<string, (answer: PageAnswer) => void>();
  private readonly post: (message: Asked) => void;
  private count = 0;

  constructor(post: (message: Asked) => void) {
    this.post = post;
  }

  /** The page's answer or refusal; never rejects. */
  request(question: PageQuestion): Promise<PageAnswer> {
    return new Promise((resolve) => this.ask(question, resolve));
  }

  async fetch(question: Omit<FetchQuestion, "kind">): Promise<HttpOutcome> {
    return (await this.request({ kind: "fetch_http", ...question })) as HttpOutcome;
  }

  /** As `request`; `onAnswer` is called in the turn in which the answer comes. */
  ask(question: PageQuestion, onAnswer: (answer: PageAnswer) => void): void {
    const request_id = `asked-${++this.count}`;
    this.waiting.set(request_id, onAnswer);
    this.post({ ...question, request_id });
  }

  settle(answer: PageAnswer): void {
    this.waiting.get(answer.request_id)?.(answer);
    this.waiting.delete(answer.request_id);
  }
}

/** What answers a kernel's requests of one kind: a part of the page that is loaded for the first of them. */
import type { PageToWorker } from "../contracts/generated.ts";

export interface AnswerSource<Message, Answer extends PageToWorker = PageToWorker> {
  /** Never rejects; null for a message that has no answer. */
  answer(message: Message): Promise<Answer | null>;
  /** The kernel is gone: nobody reads any more. */
  closeAll(): void;
}

/** One kernel after the other asks it; each gets a source of its own. */
export class LoadedSource<Message extends object> {
  private readonly load: () => Promise<AnswerSource<Message>>;
  private source: Promise<AnswerSource<Message>> | null = null;

  constructor(load: () => Promise<AnswerSource<Message>>) {
    this.load = load;
  }

  async answer(message: Message): Promise<PageToWorker | null> {
    try {
      this.source ??= this.load();
      return await (await this.source).answer(message);
    } catch (cause) {
      console.error(cause);
      this.source = null;
      return "request_id" in message ? unanswered(message.request_id as string) : null;
    }
  }

  end(): void {
    this.source?.then((source) => source.closeAll()).catch(console.error);
    this.source = null;
  }
}

function unanswered(request_id: string): PageToWorker {
  const message = "The part of the page that asks others for Python did not work.";
  const hint = "Check the connection and reload the page.";
  return { kind: "refuse_request", request_id, error: { code: "unavailable", message, hint } };
}

/** The way to the kernel that holds a table: requests over a comm of its own, each answered once. */
import { decode, type Json } from "../../contracts/codec.ts";
import { TABLE_TARGET, TableAnswer, type TableExport, type TableRequest } from "../../contracts/generated.ts";
import type { CommChannel, CommEvent } from "../output.ts";

type Unnumbered<Request> = Request extends TableRequest ? Omit<Request, "request_id"> : never;
export type Question = Unnumbered<TableRequest>;
type Good = Exclude<TableAnswer, { kind: "table_refusal" }>;
export type AnswerTo<Kind extends Question["kind"]> = Extract<
  Good,
  { kind: { ask_window: "table_window"; ask_profile: "table_profile"; ask_export: "table_export" }[Kind] }
>;

/** The kernel said no; what it says is for people. */
export class TableRefused extends Error {
  readonly hint: string;
  constructor(message: string, hint = "") {
    super(message);
    this.name = "TableRefused";
    this.hint = hint;
  }
}

/** Nobody answers any more: the kernel restarted, or no longer has the table. */
export class TableGone extends Error {
  constructor() {
    super("The kernel no longer has this table.");
    this.name = "TableGone";
  }
}

interface Asked {
  kind: Good["kind"];
  resolve(answer: { answer: Good; buffers: readonly Uint8Array[] }): void;
  reject(error: Error): void;
}

const ANSWERS = {
  ask_window: "table_window",
  ask_profile: "table_profile",
  ask_export: "table_export",
} as const;
const ENDED = ["off", "starting", "failed"];

export class TableLink {
  readonly #channel: CommChannel;
  readonly #commId = crypto.randomUUID();
  readonly #asked = new Map<string, Asked>();
  readonly #life = new AbortController();
  #lastRequest = 0;

  /** `onGone` is called when the kernel's end is closed, not when `signal` aborts. */
  constructor(channel: CommChannel, tableId: string, onGone: () => void, signal?: AbortSignal) {
    this.#channel = channel;
    const gone = () => {
      this.#end();
      onGone();
    };
    channel.onComm((event) => {
      if (event.comm_id !== this.#commId) return;
      if (event.kind === "comm_close") gone();
      else if (event.kind === "comm_msg") this.#take(event);
    }, this.#life.signal);
    channel.onState?.(({ kind }) => {
      if (ENDED.includes(kind)) gone();
    }, this.#life.signal);
    signal?.addEventListener(
      "abort",
      () => {
        if (!this.isOpen) return;
        channel.sendComm({ kind: "comm_close", comm_id: this.#commId, data: null });
        this.#end();
      },
      { once: true, signal: this.#life.signal },
    );
    channel.sendComm({
      kind: "comm_open",
      comm_id: this.#commId,
      target_name: TABLE_TARGET,
      data: { table_id: tableId },
      metadata: null,
      buffers: [],
    });
  }

  get isOpen(): boolean {
    return !this.#life.signal.aborted;
  }

  /** Rejects with TableRefused or TableGone. */
  async ask<Asking extends Question>(question: Asking): Promise<AnswerTo<Asking["kind"]>> {
    const { answer } = await this.#send(question);
    return answer as AnswerTo<Asking["kind"]>;
  }

  /** The exported file's name and bytes. */
  async export(
    question: Extract<Question, { kind: "ask_export" }>,
  ): Promise<{ name: string; body: Uint8Array }> {
    const { answer, buffers } = await this.#send(question);
    const [body] = buffers;
    if (!body) throw new TableRefused("The export came without its file.");
    return { name: (answer as TableExport).file_name, body };
  }

  #send(question: Question): Promise<{ answer: Good; buffers: readonly Uint8Array[] }> {
    if (!this.isOpen) return Promise.reject(new TableGone());
    const request_id = String(++this.#lastRequest);
    const answered = Promise.withResolvers<{ answer: Good; buffers: readonly Uint8Array[] }>();
    this.#asked.set(request_id, { kind: ANSWERS[question.kind], ...answered });
    const data = { ...question, request_id } as unknown as Json;
    this.#channel.sendComm({ kind: "comm_msg", comm_id: this.#commId, data, metadata: null, buffers: [] });
    return answered.promise;
  }

  /** What answers nothing, or does not fit the contract, is no answer. */
  #take(event: Extract<CommEvent, { kind: "comm_msg" }>): void {
    let answer: TableAnswer;
    try {
      answer = decode(event.data, TableAnswer);
    } catch (cause) {
      this.#failAll(new TableRefused(`The kernel's answer could not be read: ${(cause as Error).message}`));
      return;
    }
    const asked = this.#asked.get(answer.request_id);
    if (!asked) return;
    this.#asked.delete(answer.request_id);
    if (answer.kind === "table_refusal") asked.reject(new TableRefused(answer.message, answer.hint));
    else if (answer.kind !== asked.kind)
      asked.reject(new TableRefused(`Expected ${asked.kind} from the kernel, got ${answer.kind}.`));
    else asked.resolve({ answer, buffers: event.buffers ?? [] });
  }

  #failAll(error: Error): void {
    for (const { reject } of this.#asked.values()) reject(error);
    this.#asked.clear();
  }

  #end(): void {
    this.#life.abort();
    this.#failAll(new TableGone());
  }
}

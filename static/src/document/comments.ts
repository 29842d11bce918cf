/** Comments on cells: threads that are open or resolved, in the document like everything else. */
import * as Y from "yjs";
import {
  COMMENT_AUTHOR,
  COMMENT_CELL_ID,
  COMMENT_CREATED_AT,
  COMMENT_RESOLVED,
  COMMENT_TEXT,
  COMMENT_THREAD_ID,
  ROOT_COMMENTS,
  type User,
} from "../contracts/generated.ts";
import { isJsonObject } from "./json.ts";

export interface Comment {
  id: string;
  author: User;
  text: string;
  /** Seconds since 1970, on the author's clock. */
  createdAt: number;
}

export interface Thread {
  /** The id of its first comment. */
  id: string;
  cellId: string;
  isResolved: boolean;
  /** The oldest first; at least one. */
  comments: readonly Comment[];
}

/** Not among what undo of cells takes back. */
const ORIGIN_COMMENT = "comment";

export class Comments {
  readonly #doc: Y.Doc;
  readonly #root: Y.Map<unknown>;
  readonly #now: () => number;

  /** `now`: seconds since 1970. */
  constructor(doc: Y.Doc, now: () => number = () => Date.now() / 1000) {
    this.#doc = doc;
    this.#root = doc.getMap(ROOT_COMMENTS);
    this.#now = now;
  }

  /** The oldest first; what a peer wrote that is no comment is left out. */
  threads(): Thread[] {
    const threads = new Map<string, { isResolved: boolean; cellId: string; comments: Comment[] }>();
    const found = [...this.#root.entries()].flatMap(([id, fields]) => readComment(id, fields));
    found.sort((one, other) => one.createdAt - other.createdAt || (one.id < other.id ? -1 : 1));
    for (const { threadId, cellId, isResolved, ...comment } of found) {
      const thread = threads.get(threadId) ?? { isResolved: false, cellId, comments: [] };
      if (comment.id === threadId) Object.assign(thread, { isResolved, cellId });
      thread.comments.push(comment);
      threads.set(threadId, thread);
    }
    return [...threads].map(([id, thread]) => ({ id, ...thread }));
  }

  /** Begins a thread on a cell; its id. */
  begin(cellId: string, author: User, text: string): string {
    const id = crypto.randomUUID();
    this.#add(id, id, cellId, author, text);
    return id;
  }

  reply(thread: Thread, author: User, text: string): void {
    this.#add(crypto.randomUUID(), thread.id, thread.cellId, author, text);
  }

  setResolved(thread: Thread, isResolved: boolean): void {
    const first = this.#root.get(thread.id);
    if (!(first instanceof Y.Map)) return;
    this.#doc.transact(() => first.set(COMMENT_RESOLVED, isResolved), ORIGIN_COMMENT);
  }

  /** Deletes the whole thread. */
  remove(thread: Thread): void {
    this.#doc.transact(() => {
      for (const { id } of thread.comments) this.#root.delete(id);
    }, ORIGIN_COMMENT);
  }

  /** Calls `listener` when a comment changed, until `signal` aborts. */
  observe(listener: () => void, signal: AbortSignal): void {
    this.#root.observeDeep(listener);
    signal.addEventListener("abort", () => this.#root.unobserveDeep(listener));
  }

  #add(id: string, threadId: string, cellId: string, author: User, text: string): void {
    const fields = new Y.Map<unknown>(
      Object.entries({
        [COMMENT_CELL_ID]: cellId,
        [COMMENT_THREAD_ID]: threadId,
        [COMMENT_AUTHOR]: author,
        [COMMENT_TEXT]: text,
        [COMMENT_CREATED_AT]: this.#now(),
      }),
    );
    if (id === threadId) fields.set(COMMENT_RESOLVED, false);
    this.#doc.transact(() => this.#root.set(id, fields), ORIGIN_COMMENT);
  }
}

type FoundComment = Comment & { threadId: string; cellId: string; isResolved: boolean };

function readComment(id: string, fields: unknown): FoundComment[] {
  if (!(fields instanceof Y.Map)) return [];
  const [cellId, threadId, text, createdAt, author] = [
    COMMENT_CELL_ID,
    COMMENT_THREAD_ID,
    COMMENT_TEXT,
    COMMENT_CREATED_AT,
    COMMENT_AUTHOR,
  ].map((key) => fields.get(key));
  if (typeof cellId !== "string" || typeof threadId !== "string" || typeof text !== "string") return [];
  if (typeof createdAt !== "number" || !isUser(author)) return [];
  return [
    { id, cellId, threadId, text, createdAt, author, isResolved: fields.get(COMMENT_RESOLVED) === true },
  ];
}

/** Whether a peer's value is one; a colour that is none could carry style rules. */
export function isUser(value: unknown): value is User {
  return (
    isJsonObject(value) &&
    ["id", "name", "color"].every((key) => typeof value[key] === "string") &&
    /^#[0-9a-f]{6}$/i.test(String(value["color"]))
  );
}

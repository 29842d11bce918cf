/** What the relay keeps of a room's past: the points one can go back to, and the document as it was there. */
import * as Y from "yjs";
import { HISTORY, type History, type HistoryEntry, ROOMS_PATH } from "../contracts/generated.ts";
import { NotebookDocument } from "../document/notebook.ts";

/** Within a stretch of edits one can stop so often at most. */
const STOPS_PER_ENTRY = 20;
/** States read before are kept: a slider goes back and forth. */
const KEPT_STATES = 40;

export interface HistoryPoint {
  /** The document after this edit. */
  readonly sequence: number;
  /** The stretch of edits that it belongs to, in seconds since 1970 on the relay's clock. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** Ids of those who wrote in it. */
  readonly authors: readonly string[];
}

/** Asks the relay at `path`; throws what `fetch` throws, and Error for a refusal. */
export type Get = (path: string) => Promise<Response>;

/** Of the relay whose pages lie below `base`. */
export function getBelow(base: URL): Get {
  return async (path) => {
    const response = await fetch(new URL(path, base));
    if (!response.ok) throw new Error(`the server answered ${response.status} to ${path}`);
    return response;
  };
}

export class RoomHistory {
  readonly #path: string;
  readonly #get: Get;
  readonly #states = new Map<number, Promise<NotebookDocument>>();

  constructor(documentId: string, get: Get) {
    this.#path = `${ROOMS_PATH}/${documentId}/${HISTORY}`;
    this.#get = get;
  }

  /** The oldest first. */
  async points(): Promise<HistoryPoint[]> {
    const { entries } = (await (await this.#get(this.#path)).json()) as History;
    return entries.flatMap(pointsOf);
  }

  stateAt(sequence: number): Promise<NotebookDocument> {
    const known = this.#states.get(sequence);
    if (known !== undefined) return known;
    const [oldest] = this.#states.keys();
    if (oldest !== undefined && this.#states.size >= KEPT_STATES) this.#states.delete(oldest);
    const state = this.#read(sequence);
    this.#states.set(sequence, state);
    // What failed may be asked for again.
    state.catch(() => this.#states.delete(sequence));
    return state;
  }

  async #read(sequence: number): Promise<NotebookDocument> {
    const answer = await this.#get(`${this.#path}/${sequence}`);
    const doc = new Y.Doc();
    Y.applyUpdate(doc, new Uint8Array(await answer.arrayBuffer()));
    return new NotebookDocument(doc);
  }
}

/** The end of a stretch, and stops on the way where each edit is kept. */
function pointsOf(entry: HistoryEntry): HistoryPoint[] {
  const { first, last, is_thinned, started_at: startedAt, ended_at: endedAt, authors } = entry;
  const step = is_thinned ? last - first + 1 : Math.max(1, Math.ceil((last - first + 1) / STOPS_PER_ENTRY));
  const points: HistoryPoint[] = [];
  for (let sequence = last; sequence >= first; sequence -= step) {
    points.unshift({ sequence, startedAt, endedAt, authors });
  }
  return points;
}

/** Results of queries kept in this browser, for when the relay cannot be reached. */
import type { QueryRequest } from "../contracts/generated.ts";
import { RESULTS_DATABASE } from "./results-database.ts";

/** A larger one is not kept: until it is whole it is held in memory. */
export const MAX_RESULT_BYTES = 16 << 20;
/** All together; the least recently used go first. */
export const MAX_BYTES = 64 << 20;

/** What the relay says of a result that a page may keep. */
export interface Origin {
  person: string;
  /** When the database was asked, in milliseconds since 1970. */
  madeAt: number;
  goodUntil: number;
}

export interface KeptAnswer {
  body: Uint8Array<ArrayBuffer>;
  more: boolean;
  ageSeconds: number;
}

export interface ResultKeeper {
  /** Rejects where the browser cannot store it. */
  keep(question: string, origin: Origin, result: { body: Uint8Array; more: boolean }): Promise<void>;
  /** Null also where the browser stores nothing. */
  find(question: string): Promise<KeptAnswer | null>;
}

interface Entry {
  question: string;
  person: string;
  madeAt: number;
  goodUntil: number;
  usedAt: number;
  bytes: number;
  more: boolean;
}

/** What two queries have in common when one's result answers the other. A shared notebook's owners may
 * have it use other connections than the next's. */
export function questionOf(documentId: string | null, connection: string, request: QueryRequest): string {
  const parameters = Object.entries(request.parameters ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const limits = [request.first_rows ?? null, request.max_rows ?? null, request.max_bytes ?? null];
  return JSON.stringify([documentId, connection, request.sql, parameters, limits]);
}

/** Of one person: a result of another's makes it forget all it has. */
export class KeptResults implements ResultKeeper {
  readonly #factory: () => IDBFactory;
  readonly #now: () => number;
  readonly #maxBytes: number;
  #connection: Promise<IDBDatabase> | null = null;

  constructor(factory = () => indexedDB, now: () => number = Date.now, maxBytes = MAX_BYTES) {
    this.#factory = factory;
    this.#now = now;
    this.#maxBytes = maxBytes;
  }

  async keep(question: string, origin: Origin, { body, more }: { body: Uint8Array; more: boolean }) {
    const now = this.#now();
    const entry: Entry = { question, ...origin, usedAt: now, bytes: body.byteLength, more };
    await this.#write(async (entries, bodies) => {
      const others = (await settled<Entry[]>(entries.getAll())).filter((each) => each.question !== question);
      const isTheirs = others.every((each) => each.person === origin.person);
      const gone = isTheirs ? outOfRoom(others, this.#maxBytes - entry.bytes, now) : others;
      for (const each of gone) {
        entries.delete(each.question);
        bodies.delete(each.question);
      }
      entries.put(entry);
      bodies.put(body, question);
    });
  }

  async find(question: string): Promise<KeptAnswer | null> {
    const now = this.#now();
    try {
      return await this.#write(async (entries, bodies) => {
        const entry = await settled<Entry | undefined>(entries.get(question));
        // A clock that was set back makes ages that nobody can trust.
        if (!entry || entry.goodUntil < now || entry.madeAt > now) return null;
        const body = await settled<Uint8Array<ArrayBuffer>>(bodies.get(question));
        entries.put({ ...entry, usedAt: now });
        return { body, more: entry.more, ageSeconds: (now - entry.madeAt) / 1000 };
      });
    } catch (cause) {
      console.warn("Kept results cannot be read.", cause);
      return null;
    }
  }

  /** One transaction: either all of `act` is stored or nothing. */
  async #write<Result>(
    act: (entries: IDBObjectStore, bodies: IDBObjectStore) => Promise<Result>,
  ): Promise<Result> {
    const connection = await this.#open();
    const transaction = connection.transaction(["entries", "bodies"], "readwrite");
    const over = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
    const acting = act(transaction.objectStore("entries"), transaction.objectStore("bodies"));
    const [result] = await Promise.all([acting, over]);
    return result;
  }

  #open(): Promise<IDBDatabase> {
    this.#connection ??= this.#opened().catch((cause) => {
      this.#connection = null;
      throw cause;
    });
    return this.#connection;
  }

  async #opened(): Promise<IDBDatabase> {
    const request = this.#factory().open(RESULTS_DATABASE, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("entries", { keyPath: "question" });
      request.result.createObjectStore("bodies");
    };
    const connection = await settled(request);
    // Somebody has signed out, here or in another page: the next result begins anew.
    connection.onversionchange = () => {
      connection.close();
      this.#connection = null;
    };
    return connection;
  }
}

/** Those that are too old, and the least recently used until the others fit. */
function outOfRoom(entries: readonly Entry[], room: number, now: number): Entry[] {
  let left = room;
  return [...entries]
    .sort((a, b) => b.usedAt - a.usedAt)
    .filter((each) => {
      if (each.goodUntil < now) return true;
      left -= each.bytes;
      return left < 0;
    });
}

function settled<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

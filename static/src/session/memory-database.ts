/** Stands in for the browser's database where storage is forbidden: the same calls, forgotten with the page. */

type Key = string | number | string[];
type Range = IDBValidKey | IDBKeyRange;

const KEY_PATHS: Record<string, readonly string[] | null> = {
  notebooks: ["id"],
  updates: null,
  files: ["notebook_id", "path"],
  bodies: ["notebook_id", "path"],
  blobs: ["sha256"],
};

type Row = { key: Key; value: Record<string, unknown> };

/** Only what this app asks of a database: `Database` is its one caller. */
export class MemoryConnection {
  readonly #rows = new Map<string, Row[]>(Object.keys(KEY_PATHS).map((name) => [name, []]));
  #lastKey = 0;
  onversionchange: unknown = null;

  close(): void {
    this.#rows.clear();
  }

  transaction(): MemoryTransaction {
    return new MemoryTransaction(this.#rows, () => ++this.#lastKey);
  }
}

class MemoryTransaction {
  readonly error = null;
  oncomplete: (() => void) | null = null;
  onabort: (() => void) | null = null;
  readonly #rows: Map<string, Row[]>;
  readonly #nextKey: () => number;
  readonly #before: Map<string, Row[]>;
  #open = 0;
  #isOver = false;

  constructor(rows: Map<string, Row[]>, nextKey: () => number) {
    this.#rows = rows;
    this.#nextKey = nextKey;
    this.#before = new Map([...rows].map(([name, list]) => [name, [...list]]));
    this.#request(() => undefined);
  }

  abort(): void {
    this.#isOver = true;
    for (const [name, rows] of this.#before) this.#rows.set(name, rows);
    queueMicrotask(() => this.onabort?.());
  }

  objectStore(name: string) {
    const keyPath = KEY_PATHS[name] ?? null;
    const rows = () => this.#rows.get(name) ?? [];
    const find = (range: Range) => rows().filter(({ key }) => isIn(key, range));
    const remove = (range: Range) =>
      this.#rows.set(
        name,
        rows().filter(({ key }) => !isIn(key, range)),
      );
    const put = (value: Record<string, unknown>) => {
      const parts = keyPath?.map((part) => value[part] as string);
      const key: Key = parts === undefined ? this.#nextKey() : parts.length === 1 ? parts[0]! : parts;
      remove(key);
      rows().push({ key, value: structuredClone(value) });
      rows().sort((a, b) => indexedDB.cmp(a.key, b.key));
    };
    const write = (value: Record<string, unknown>) => this.#request(() => put(value));
    return {
      add: write,
      put: write,
      get: (range: Range) => this.#request(() => structuredClone(find(range)[0]?.value)),
      getAll: (range?: Range) =>
        this.#request(() => (range ? find(range) : rows()).map(({ value }) => structuredClone(value))),
      getAllKeys: () => this.#request(() => rows().map(({ key }) => key)),
      delete: (range: Range) => this.#request(() => void remove(range)),
      openCursor: (range: Range) => this.#cursor(find(range)),
      index: (field: string) => ({
        getAll: (wanted: string) =>
          this.#request(() => rows().flatMap(({ value }) => (value[field] === wanted ? [value] : []))),
        getAllKeys: (wanted: string) =>
          this.#request(() => rows().flatMap(({ key, value }) => (value[field] === wanted ? [key] : []))),
      }),
    };
  }

  #cursor(found: Row[]) {
    const step = (index: number): unknown => {
      const row = found[index];
      if (!row) return null;
      return { value: row.value, continue: () => this.#settle(request, () => step(index + 1)) };
    };
    const request = this.#request(() => step(0));
    return request;
  }

  #request<Result>(act: () => Result) {
    const request = { result: undefined as Result | undefined, onsuccess: null as (() => void) | null };
    this.#settle(request, act);
    return request;
  }

  /** As in a real one: requests answer later, in order, and the last one ends the transaction. */
  #settle<Result>(
    request: { result: Result | undefined; onsuccess: (() => void) | null },
    act: () => Result,
  ): void {
    this.#open += 1;
    queueMicrotask(() => {
      if (this.#isOver) return;
      request.result = act();
      request.onsuccess?.();
      this.#open -= 1;
      if (this.#open > 0 || this.#isOver) return;
      this.#isOver = true;
      this.oncomplete?.();
    });
  }
}

function isIn(key: Key, range: Range): boolean {
  return range instanceof IDBKeyRange ? range.includes(key) : indexedDB.cmp(key, range) === 0;
}

/** The large values of one notebook's outputs: in memory while they are used, in this browser's database for good. */

import type { BlobReference } from "../contracts/generated.ts";
import { sha256Of } from "../contracts/sha256.ts";
import {
  type BlobSource,
  type BlobValues,
  blobsOf,
  decodeBlob,
  holdsLargeValue,
  type NewBlob,
  referencesIn,
  withReferences,
  withValues,
} from "../document/blobs.ts";
import type { Json, JsonObject } from "../document/json.ts";
import { type Cell, type NotebookDocument, ORIGIN } from "../document/notebook.ts";
import type { Database } from "./database.ts";

/** What is shown is read again and again while a notebook is drawn. */
const MAX_BYTES_IN_MEMORY = 64_000_000;

export interface StoredBlob {
  sha256: string;
  body: Uint8Array<ArrayBuffer>;
}

/** A relay, which can say what it has without sending it. */
export interface RelayBlobs extends BlobSource {
  has(sha256: string): Promise<boolean>;
}

export class NotebookBlobs {
  /** Asked for what is not here, and given what is new; null where there is none. */
  remote: BlobSource | null = null;
  readonly #database: Pick<Database, "read">;
  /** The least used first. */
  readonly #values = new Map<string, { value: Json; size: number }>();
  readonly #unsaved = new Map<string, StoredBlob>();

  constructor(database: Pick<Database, "read">) {
    this.#database = database;
  }

  /** Those that must go into the database with the next change of the document. */
  get unsaved(): readonly StoredBlob[] {
    return [...this.#unsaved.values()];
  }

  saved(blobs: readonly StoredBlob[]): void {
    for (const { sha256 } of blobs) this.#unsaved.delete(sha256);
  }

  /** The bundle as it stands in the document; what is large is kept here from now on. */
  keep(data: JsonObject): Promise<JsonObject> {
    return withReferences(data, (blob) => this.#take(blob));
  }

  /** Puts references in place of the large values that these cells' outputs hold. */
  async keepAll(notebook: NotebookDocument, cells: readonly Cell[] = notebook.cells()): Promise<void> {
    for (const cell of cells) {
      for (const output of cell.outputs) {
        if (!("data" in output) || !holdsLargeValue(output.data)) continue;
        const data = await this.keep(output.data);
        notebook.transact(() => cell.replaceOutput(output, { ...output, data }), ORIGIN.run);
      }
    }
  }

  /** The bundle with its values when all are at hand, else null. */
  now(data: JsonObject): JsonObject | null {
    const isHere = referencesIn(data).every(({ sha256 }) => this.#values.has(sha256));
    return isHere ? withValues(data, (sha256) => this.#recent(sha256)) : null;
  }

  /** The bundle with its values, wherever they are; a sentence says which are nowhere. */
  async whole(data: JsonObject): Promise<JsonObject> {
    return withValues(data, await this.#valuesOf(referencesIn(data)));
  }

  /** Gives the relay what the notebook refers to, is here, and is not there yet. */
  async handOver(notebook: NotebookDocument, relay: RelayBlobs): Promise<void> {
    for (const { sha256 } of blobsOf(notebook)) {
      const blob = this.#unsaved.get(sha256) ?? (await this.#stored(sha256));
      if (blob && !(await relay.has(sha256))) await relay.put(sha256, blob.body);
    }
  }

  /** For files: a function that gives every bundle of the notebook whole. */
  async wholes(notebook: NotebookDocument): Promise<(data: JsonObject) => JsonObject> {
    const valueOf = await this.#valuesOf(blobsOf(notebook));
    return (data) => withValues(data, valueOf);
  }

  async #valuesOf(references: readonly BlobReference[]): Promise<BlobValues> {
    const values = new Map<string, Json | undefined>();
    for (const reference of references) values.set(reference.sha256, await this.#read(reference));
    return (sha256) => values.get(sha256);
  }

  #take({ reference, value, body }: NewBlob): void {
    const { sha256 } = reference;
    this.#remember(sha256, value, body.byteLength);
    this.#unsaved.set(sha256, { sha256, body });
    // The relay wants it before the document refers to it; the room sends again what did not arrive.
    this.remote?.put(sha256, body).catch(console.warn);
  }

  async #read(reference: BlobReference): Promise<Json | undefined> {
    const { sha256 } = reference;
    const recent = this.#recent(sha256);
    if (recent !== undefined) return recent;
    const stored = this.#unsaved.get(sha256) ?? (await this.#stored(sha256));
    for (const find of [() => stored?.body, () => this.remote?.get(sha256).catch(() => null)]) {
      const body = await find();
      if (!body || (await sha256Of(body)) !== sha256) continue;
      if (body !== stored?.body) this.#unsaved.set(sha256, { sha256, body });
      const value = decodeBlob(body, reference);
      this.#remember(sha256, value, body.byteLength);
      return value;
    }
    return undefined;
  }

  #stored(sha256: string): Promise<StoredBlob | undefined> {
    return this.#database.read<StoredBlob | undefined>(["blobs"], (transaction) =>
      transaction.objectStore("blobs").get(sha256),
    );
  }

  #recent(sha256: string): Json | undefined {
    const known = this.#values.get(sha256);
    if (known === undefined) return undefined;
    this.#values.delete(sha256);
    this.#values.set(sha256, known);
    return known.value;
  }

  #remember(sha256: string, value: Json, size: number): void {
    this.#values.set(sha256, { value, size });
    let bytes = [...this.#values.values()].reduce((sum, each) => sum + each.size, 0);
    for (const [oldest, each] of this.#values) {
      if (bytes <= MAX_BYTES_IN_MEMORY || oldest === sha256) break;
      this.#values.delete(oldest);
      bytes -= each.size;
    }
  }
}

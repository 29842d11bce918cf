/** The notebook as a shared document: cells in order, their outputs, structure undo, and what changed. */
import * as Y from "yjs";
import {
  CELL_ATTACHMENTS,
  CELL_ORDER,
  CELL_SOURCE,
  CELL_TYPE,
  METADATA_NAMESPACE,
  ROOT_CELLS,
  ROOT_EXECUTION_COUNTS,
  ROOT_META,
  ROOT_OUTPUTS,
  SCHEMA_VERSION,
} from "../contracts/generated.ts";
import { attribute } from "./attribution.ts";
import { Cell, type CellResults, type CellType } from "./cell.ts";
import { type CellInit, cellFields, outputArray } from "./cell-init.ts";
import { type DocumentChange, observeRoots } from "./change.ts";
import { isJsonObject, type Json, type JsonObject } from "./json.ts";
import { migrate } from "./migrate.ts";
import { byOrder, place } from "./order.ts";
import { ORIGIN } from "./origin.ts";
import { mergeCells, splitCell } from "./split-merge.ts";
import { undoOf } from "./undo.ts";

export { Cell, type CellType } from "./cell.ts";
export type { CellInit } from "./cell-init.ts";
export type { DocumentChange } from "./change.ts";
export type { Json } from "./json.ts";
export { ORIGIN } from "./origin.ts";
export type {
  DisplayOutput,
  ErrorOutput,
  MimeBundle,
  Output,
  ResultOutput,
  StreamOutput,
} from "./outputs.ts";

export class NotebookDocument {
  readonly doc: Y.Doc;
  /** Undo of acts on cells and metadata, one step per transaction; text undo belongs to each editor. */
  readonly undo: Y.UndoManager;
  readonly #meta: Y.Map<unknown>;
  readonly #cells: Y.Map<unknown>;
  readonly #outputs: Y.Map<unknown>;
  readonly #counts: Y.Map<unknown>;
  /** The id of the user at work here, for `edited_by`; null where nobody is. */
  author: string | null = null;
  #sorted: Cell[] | null = null;

  /** Takes over a document that has content; throws NotebookFormatError for one of an unknown version. */
  constructor(doc: Y.Doc) {
    migrate(doc);
    this.doc = doc;
    this.#meta = doc.getMap(ROOT_META);
    this.#cells = doc.getMap(ROOT_CELLS);
    this.#outputs = doc.getMap(ROOT_OUTPUTS);
    this.#counts = doc.getMap(ROOT_EXECUTION_COUNTS);
    this.undo = undoOf([this.#cells, this.#outputs, this.#counts, this.#meta]);
    doc.on("beforeObserverCalls", () => {
      this.#sorted = null;
    });
    doc.on("afterTransaction", (transaction: Y.Transaction) => {
      if (this.author !== null) attribute(transaction, this.#cells, this.author);
    });
  }

  /** A new notebook with one empty code cell. */
  static create(options: { id?: string } = {}): NotebookDocument {
    return NotebookDocument.seeded((notebook) => notebook.insertCell(0), options);
  }

  /** A new notebook filled by `fill`, which undo does not reach. */
  static seeded(fill: (notebook: NotebookDocument) => void, options: { id?: string } = {}): NotebookDocument {
    const doc = new Y.Doc();
    const meta = doc.getMap(ROOT_META);
    doc.transact(() => {
      meta.set("schema_version", SCHEMA_VERSION);
      meta.set("document_id", options.id ?? crypto.randomUUID());
      meta.set("epoch", crypto.randomUUID());
      meta.set("nbformat", 4);
      meta.set("nbformat_minor", 5);
      meta.set("metadata", new Y.Map());
    }, ORIGIN.seed);
    const notebook = new NotebookDocument(doc);
    notebook.transact(() => fill(notebook), ORIGIN.seed);
    return notebook;
  }

  /** Minted once with the document; what the library and other peers know it by. */
  get id(): string {
    return String(this.#meta.get("document_id"));
  }

  /** The name of this very document: two that were made apart are never mixed, whatever their ids. */
  get epoch(): string {
    return String(this.#meta.get("epoch"));
  }

  /** "" when the notebook has no title. */
  get title(): string {
    const title = this.metadata["title"];
    return typeof title === "string" ? title : "";
  }

  set title(title: string) {
    this.setMetadata("title", title === "" ? undefined : title);
  }

  get metadata(): Record<string, Json> {
    const metadata = this.#meta.get("metadata");
    return metadata instanceof Y.Map ? (metadata.toJSON() as Record<string, Json>) : {};
  }

  /** `undefined` removes the key. */
  setMetadata(key: string, value: Json | undefined): void {
    const metadata = this.#meta.get("metadata") as Y.Map<Json>;
    this.transact(() => {
      if (value === undefined) metadata.delete(key);
      else metadata.set(key, value);
    });
  }

  /** Top-level keys of the file that nbformat does not name. */
  get unknown(): JsonObject {
    const unknown = this.#meta.get("unknown");
    return isJsonObject(unknown) ? unknown : {};
  }

  setUnknown(unknown: JsonObject | null): void {
    this.transact(() => {
      if (unknown === null) this.#meta.delete("unknown");
      else this.#meta.set("unknown", unknown);
    });
  }

  /** The environment this notebook asks for; null means the default. */
  get environment(): string | null {
    const name = this.#ours()["environment"];
    return typeof name === "string" ? name : null;
  }

  set environment(name: string | null) {
    const { environment: _, ...rest } = this.#ours();
    this.setMetadata(METADATA_NAMESPACE, name === null ? rest : { ...rest, environment: name });
  }

  /** Extra packages this notebook pins, as requirement strings. */
  get packages(): string[] {
    const packages = this.#ours()["packages"];
    return Array.isArray(packages) ? packages.filter((name) => typeof name === "string") : [];
  }

  set packages(packages: string[]) {
    this.setMetadata(METADATA_NAMESPACE, { ...this.#ours(), packages });
  }

  /** The cells as they stand; the same array until the structure changes. */
  cells(): readonly Cell[] {
    this.#sorted ??= [...this.#cells.keys()]
      .map((id) => this.cell(id))
      .filter((cell) => cell !== undefined)
      .sort(byOrder);
    return this.#sorted;
  }

  /** undefined when there is no such cell, or a peer wrote something that is none. */
  cell(id: string): Cell | undefined {
    const fields = this.#cells.get(id);
    if (!(fields instanceof Y.Map) || !(fields.get(CELL_SOURCE) instanceof Y.Text)) return undefined;
    return new Cell(id, fields, this.#results);
  }

  indexOf(id: string): number {
    return this.cells().findIndex((cell) => cell.id === id);
  }

  /** Puts a new cell before the one now at `index`. */
  insertCell(index: number, init: CellInit = {}): Cell {
    return this.insertCells(index, [init])[0] as Cell;
  }

  insertCells(index: number, inits: readonly CellInit[]): Cell[] {
    return this.transact(() => {
      const keys = this.#keysAt(
        this.cells(),
        Math.max(0, Math.min(index, this.cells().length)),
        inits.length,
      );
      return inits.map((init, i) => this.#addCell(keys[i] as string, init));
    });
  }

  /** Deletes the cells with their outputs; a notebook never becomes empty: an empty code cell stays. */
  deleteCells(ids: readonly string[]): void {
    this.transact(() => {
      for (const id of ids) {
        this.#cells.delete(id);
        this.#outputs.delete(id);
        this.#counts.delete(id);
      }
      this.#sorted = null;
      if (this.cells().length === 0) this.insertCell(0);
    });
  }

  /** Moves the cells, in the order they stand, to before the cell now at `toIndex` (the number of cells: to the end). */
  moveCells(ids: readonly string[], toIndex: number): void {
    this.transact(() => {
      const moving = this.cells().filter((cell) => ids.includes(cell.id));
      const staying = this.cells().filter((cell) => !ids.includes(cell.id));
      const index = this.cells()
        .slice(0, toIndex)
        .filter((cell) => !ids.includes(cell.id)).length;
      const keys = this.#keysAt(staying, index, moving.length);
      moving.forEach((cell, i) => {
        (this.#cells.get(cell.id) as Y.Map<unknown>).set(CELL_ORDER, keys[i]);
      });
      this.#sorted = null;
    });
  }

  /** Cuts a cell in two at a UTF-16 offset; the second part keeps the id, the outputs and its editor. */
  splitCell(id: string, offset: number): [Cell, Cell] {
    return splitCell(this, id, offset);
  }

  /** Joins cells into the first of them, one blank line between; outputs go, attachments stay. */
  mergeCells(ids: readonly string[]): Cell {
    return mergeCells(this, ids);
  }

  changeType(id: string, type: CellType): void {
    const cell = this.cell(id);
    if (cell === undefined || cell.type === type) return;
    this.transact(() => {
      const fields = this.#cells.get(id) as Y.Map<unknown>;
      fields.set(CELL_TYPE, type);
      if (type === "code") fields.delete(CELL_ATTACHMENTS);
      else {
        cell.language = "python";
        this.#counts.delete(id);
        this.#outputs.delete(id);
      }
    });
  }

  /** One undo step for all that `act` does; `origin` other than ORIGIN.structure cannot be undone. */
  transact<Result>(act: () => Result, origin: unknown = ORIGIN.structure): Result {
    return this.doc.transact(act, origin);
  }

  /** Calls `listener` once per transaction that changed something, until `signal` aborts. */
  observe(listener: (change: DocumentChange) => void, signal?: AbortSignal): void {
    observeRoots(this.doc, { meta: this.#meta, cells: this.#cells, ...this.#results }, listener, signal);
  }

  get #results(): CellResults {
    return { outputs: this.#outputs, counts: this.#counts };
  }

  #ours(): JsonObject {
    const ours = this.metadata[METADATA_NAMESPACE];
    return isJsonObject(ours) ? ours : {};
  }

  #keysAt(sorted: readonly Cell[], index: number, count: number): string[] {
    const { keys, rekeyed } = place(sorted, index, count);
    for (const [id, key] of rekeyed) (this.#cells.get(id) as Y.Map<unknown>).set(CELL_ORDER, key);
    return keys;
  }

  #addCell(order: string, init: CellInit): Cell {
    const id = init.id !== undefined && !this.#cells.has(init.id) ? init.id : crypto.randomUUID();
    const fields = cellFields(id, order, init);
    this.#cells.set(id, fields);
    if ((init.type ?? "code") === "code") {
      this.#outputs.set(id, outputArray(init.outputs ?? []));
      if (typeof init.executionCount === "number") this.#counts.set(id, init.executionCount);
    }
    this.#sorted = null;
    const cell = new Cell(id, fields, this.#results);
    if (init.language !== undefined && init.language !== "python") cell.language = init.language;
    return cell;
  }
}

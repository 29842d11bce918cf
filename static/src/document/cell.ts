/** One cell of the document: a view that reads and writes its shared fields. */
import * as Y from "yjs";
import {
  CELL_ATTACHMENTS,
  CELL_EDITED_BY,
  CELL_METADATA,
  CELL_ORDER,
  CELL_SOURCE,
  CELL_TYPE,
  CELL_UNKNOWN,
  METADATA_NAMESPACE,
} from "../contracts/generated.ts";
import { isJsonObject, type Json, type JsonObject } from "./json.ts";
import { ORIGIN } from "./origin.ts";
import {
  appendStream,
  type MimeBundle,
  type Output,
  type OutputArray,
  readOutput,
  storedOutput,
  updateDisplay,
} from "./outputs.ts";

export type CellType = "code" | "markdown" | "raw";

/** The roots that hold what runs made of the cells, by cell id. */
export interface CellResults {
  outputs: Y.Map<unknown>;
  counts: Y.Map<unknown>;
}

export class Cell {
  readonly id: string;
  readonly #fields: Y.Map<unknown>;
  readonly #outputs: Y.Map<unknown>;
  readonly #counts: Y.Map<unknown>;

  constructor(id: string, fields: Y.Map<unknown>, { outputs, counts }: CellResults) {
    this.id = id;
    this.#fields = fields;
    this.#outputs = outputs;
    this.#counts = counts;
  }

  get type(): CellType {
    const type = this.#fields.get(CELL_TYPE);
    return type === "code" || type === "markdown" ? type : "raw";
  }

  get order(): string {
    return String(this.#fields.get(CELL_ORDER) ?? "");
  }

  /** "python", or what the cell's metadata says: "sql", "ai", "html". */
  get language(): string {
    const ours = this.metadata[METADATA_NAMESPACE];
    const language = isJsonObject(ours) ? ours["language"] : undefined;
    return typeof language === "string" ? language : "python";
  }

  set language(language: string) {
    const ours = this.metadata[METADATA_NAMESPACE];
    const { language: _, ...rest } = isJsonObject(ours) ? ours : {};
    const changed: JsonObject = language === "python" ? rest : { ...rest, language };
    this.setMetadata(METADATA_NAMESPACE, Object.keys(changed).length === 0 ? undefined : changed);
  }

  /** Shared text for an editor to bind to. */
  get text(): Y.Text {
    return this.#fields.get(CELL_SOURCE) as Y.Text;
  }

  get source(): string {
    return this.text.toString();
  }

  /** The id of the user who last changed the source; null when that is not known. */
  get editedBy(): string | null {
    const user = this.#fields.get(CELL_EDITED_BY);
    return typeof user === "string" ? user : null;
  }

  /** Replaces only what differs, so that cursors elsewhere in the text stay. */
  set source(source: string) {
    const before = this.source;
    let start = 0;
    while (start < before.length && start < source.length && before[start] === source[start]) start++;
    let end = 0;
    const most = Math.min(before.length, source.length) - start;
    while (end < most && before[before.length - 1 - end] === source[source.length - 1 - end]) end++;
    this.#write(ORIGIN.structure, () => {
      if (before.length - end > start) this.text.delete(start, before.length - end - start);
      if (source.length - end > start) this.text.insert(start, source.slice(start, source.length - end));
    });
  }

  get metadata(): Record<string, Json> {
    const metadata = this.#fields.get(CELL_METADATA);
    return metadata instanceof Y.Map ? (metadata.toJSON() as Record<string, Json>) : {};
  }

  /** `undefined` removes the key. */
  setMetadata(key: string, value: Json | undefined): void {
    const metadata = this.#fields.get(CELL_METADATA) as Y.Map<Json>;
    this.#write(ORIGIN.structure, () => {
      if (value === undefined) metadata.delete(key);
      else metadata.set(key, value);
    });
  }

  /** Images pasted into a Markdown cell: file name to MIME bundle. */
  get attachments(): Record<string, MimeBundle> | undefined {
    const attachments = this.#fields.get(CELL_ATTACHMENTS);
    return isJsonObject(attachments) ? (attachments as Record<string, MimeBundle>) : undefined;
  }

  setAttachments(attachments: Record<string, MimeBundle> | undefined): void {
    this.#write(ORIGIN.structure, () => {
      if (attachments === undefined) this.#fields.delete(CELL_ATTACHMENTS);
      else this.#fields.set(CELL_ATTACHMENTS, attachments);
    });
  }

  /** Keys of the file's cell that nbformat does not name. */
  get unknown(): JsonObject {
    const unknown = this.#fields.get(CELL_UNKNOWN);
    return isJsonObject(unknown) ? unknown : {};
  }

  get executionCount(): number | null {
    const count = this.#counts.get(this.id);
    return typeof count === "number" ? count : null;
  }

  setExecutionCount(count: number | null): void {
    if (count === this.executionCount) return;
    this.#write(ORIGIN.run, () => {
      if (count === null) this.#counts.delete(this.id);
      else this.#counts.set(this.id, count);
    });
  }

  get outputs(): Output[] {
    return this.#outputArray()?.map(readOutput) ?? [];
  }

  appendStream(name: "stdout" | "stderr", text: string): void {
    this.#writeOutputs((outputs) => appendStream(outputs, name, text));
  }

  appendOutput(output: Output): void {
    this.#writeOutputs((outputs) => outputs.push([storedOutput(output as unknown as JsonObject)]));
  }

  /** Puts `output` where `old` stands; nothing when that is gone. */
  replaceOutput(old: Output, output: Output): void {
    const outputs = this.#outputArray();
    const index = outputs?.toArray().indexOf(old) ?? -1;
    if (index < 0) return;
    this.#writeOutputs((array) => {
      array.delete(index, 1);
      array.insert(index, [storedOutput(output as unknown as JsonObject)]);
    });
  }

  /** Puts new data into this cell's outputs displayed as `displayId`; false when there is none. */
  updateDisplay(displayId: string, data: MimeBundle, metadata: MimeBundle): boolean {
    let found = false;
    if (this.#outputArray() === undefined) return false;
    this.#writeOutputs((outputs) => {
      found = updateDisplay(outputs, displayId, data, metadata);
    });
    return found;
  }

  clearOutputs(): void {
    const outputs = this.#outputArray();
    if (outputs === undefined || outputs.length === 0) return;
    // A fresh array, not a deletion of items: the old one is freed whole.
    this.#write(ORIGIN.run, () => this.#outputs.set(this.id, new Y.Array()));
  }

  #outputArray(): OutputArray | undefined {
    const outputs = this.#outputs.get(this.id);
    return outputs instanceof Y.Array ? outputs : undefined;
  }

  #writeOutputs(write: (outputs: OutputArray) => void): void {
    this.#write(ORIGIN.run, () => {
      if (this.#outputArray() === undefined) this.#outputs.set(this.id, new Y.Array());
      write(this.#outputArray() as OutputArray);
    });
  }

  #write(origin: string, write: () => void): void {
    this.#fields.doc?.transact(write, origin);
  }
}

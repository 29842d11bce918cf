/** `.ipynb` files in and out: format 4.5 is written, 2 to 4.5 are read, and what we do not know is kept. */
import { chooseId } from "./cell-ids.ts";
import { NotebookFormatError } from "./format-error.ts";
import { isJsonObject, type Json, type JsonObject, joinLines, splitLines, withoutKeys } from "./json.ts";
import { sourceToRun, withoutMagic } from "./magics.ts";
import { type Cell, type CellInit, type MimeBundle, NotebookDocument, type Output } from "./notebook.ts";
import { guard } from "./text-guard.ts";
import { upgrade } from "./upgrade.ts";

export { NotebookFormatError } from "./format-error.ts";

const NOTEBOOK_KEYS = ["nbformat", "nbformat_minor", "metadata", "cells"];
const COMMON_CELL_KEYS = ["id", "cell_type", "source", "metadata", "attachments"];
const CODE_CELL_KEYS = [...COMMON_CELL_KEYS, "outputs", "execution_count"];

/** Throws NotebookFormatError for text that is no notebook. */
export function parseIpynb(text: string, options: { id?: string } = {}): NotebookDocument {
  const file = upgrade(parseObject(text));
  const cells = (file["cells"] as Json[]).filter(isJsonObject);
  return NotebookDocument.seeded((notebook) => {
    const metadata = isJsonObject(file["metadata"]) ? file["metadata"] : {};
    for (const [key, value] of Object.entries(metadata)) notebook.setMetadata(key, value);
    notebook.setUnknown(withoutKeys(file, NOTEBOOK_KEYS));
    const taken = new Set<string>();
    notebook.insertCells(
      0,
      cells.map((cell, index) => cellFromJson(cell, index, taken)),
    );
    if (cells.length === 0) notebook.insertCell(0);
  }, options);
}

/** Gives an output's bundle with the values that stand beside the document. */
export type Whole = (data: JsonObject) => JsonObject;

/** Without `whole`, large values stay references, as within this browser. */
export function toIpynb(notebook: NotebookDocument, whole: Whole = asItIs): JsonObject {
  return {
    ...notebook.unknown,
    cells: notebook.cells().map((cell) => cellToJson(cell, whole)),
    metadata: notebook.metadata,
    nbformat: 4,
    nbformat_minor: 5,
  };
}

/** The file's text, laid out as Jupyter does (sorted keys, one space), so that version control shows real changes. */
export function toIpynbText(notebook: NotebookDocument, whole: Whole = asItIs): string {
  return `${JSON.stringify(sortedKeys(toIpynb(notebook, whole)), null, 1)}\n`;
}

/** A cell in nbformat's JSON; also the form that cells have on the clipboard. */
export function cellToJson(cell: Cell, whole: Whole = asItIs): JsonObject {
  const { cell_type, ...unknown } = cell.unknown;
  const common: JsonObject = {
    ...unknown,
    cell_type: cell.type === "raw" ? (cell_type ?? "raw") : cell.type,
    id: cell.id,
    metadata: cell.metadata,
    source: splitLines(sourceToRun(cell)),
  };
  if (cell.attachments !== undefined) common["attachments"] = cell.attachments;
  if (cell.type !== "code") return common;
  return {
    ...common,
    execution_count: cell.executionCount,
    outputs: cell.outputs.map((output) => outputToJson(output, whole)),
  };
}

/** `taken` gathers the ids that are used. */
export function cellFromJson(cell: JsonObject, index: number, taken: Set<string>): CellInit {
  const type = cell["cell_type"];
  const known = type === "code" || type === "markdown" ? type : "raw";
  const metadata = isJsonObject(cell["metadata"]) ? cell["metadata"] : {};
  const whole = joinLines(cell["source"]);
  const id = chooseId(cell["id"], `${index}:${known}:${whole}`, taken);
  taken.add(id);
  const init: CellInit = {
    id,
    type: known,
    ...(known === "code" ? withoutMagic(whole, metadata) : { source: whole, metadata }),
  };
  if (isJsonObject(cell["attachments"])) init.attachments = cell["attachments"] as Record<string, MimeBundle>;
  if (known === "code") {
    init.executionCount = typeof cell["execution_count"] === "number" ? cell["execution_count"] : null;
    const outputs = Array.isArray(cell["outputs"]) ? cell["outputs"].filter(isJsonObject) : [];
    init.outputs = outputs as unknown as Output[];
  }
  const unknown = withoutKeys(cell, known === "code" ? CODE_CELL_KEYS : COMMON_CELL_KEYS) ?? {};
  if (known === "raw" && typeof type === "string" && type !== "raw") unknown["cell_type"] = type;
  if (Object.keys(unknown).length > 0) init.unknown = unknown;
  return init;
}

function asItIs(data: JsonObject): JsonObject {
  return data;
}

function outputToJson(output: Output, whole: Whole): JsonObject {
  if (output.output_type === "stream") return { ...output, text: splitLines(output.text) };
  if (output.output_type === "error") return { ...output };
  const { transient: _, ...saved } = output as Output & { transient?: Json };
  const json = saved as unknown as JsonObject;
  return isJsonObject(json["data"]) ? { ...json, data: dataToJson(whole(json["data"])) } : json;
}

function dataToJson(data: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(data).map(([mime, value]) => [
      mime,
      typeof value === "string" && isTextual(mime) ? splitLines(value) : value,
    ]),
  );
}

function isTextual(mime: string): boolean {
  return mime.startsWith("text/") || mime === "image/svg+xml" || mime === "application/javascript";
}

function parseObject(text: string): JsonObject {
  const file = guard(parseJson(text.startsWith("\ufeff") ? text.slice(1) : text));
  if (isJsonObject(file)) return file;
  throw new NotebookFormatError(
    "This file is JSON, but not a notebook.",
    "Choose a file that ends in .ipynb.",
  );
}

function parseJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    if (error instanceof RangeError) {
      throw new NotebookFormatError(
        "The notebook nests values too deeply to be read.",
        "The file is damaged or made to do harm.",
      );
    }
    if (!(error instanceof SyntaxError)) throw error;
  }
  try {
    return JSON.parse(withoutNaN(text)) as Json;
  } catch (error) {
    throw new NotebookFormatError(`This file is not JSON: ${words(error)}`, hintFor(text));
  }
}

/** Python writes NaN and Infinity into JSON, which allows neither: null says "no number" too. */
function withoutNaN(text: string): string {
  return text.replace(/"(?:[^"\\]+|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (token) =>
    token.startsWith('"') ? token : "null",
  );
}

function hintFor(text: string): string {
  const start = text.trimStart().slice(0, 200).toLowerCase();
  if (start.startsWith("<"))
    return "This looks like a web page: use the address of the file itself (the raw file).";
  if (start === "") return "The file is empty.";
  return start.startsWith("{")
    ? "The file may be cut off; get it again."
    : "Choose a file that ends in .ipynb.";
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function sortedKeys(value: Json): Json {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sortedKeys(value[key] as Json)]),
  );
}

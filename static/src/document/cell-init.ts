/** What a new cell starts with, and how that is laid out in the document. */
import * as Y from "yjs";
import {
  CELL_ATTACHMENTS,
  CELL_ID,
  CELL_METADATA,
  CELL_ORDER,
  CELL_SOURCE,
  CELL_TYPE,
  CELL_UNKNOWN,
} from "../contracts/generated.ts";
import type { CellType } from "./cell.ts";
import type { Json, JsonObject } from "./json.ts";
import { type MimeBundle, type Output, type OutputArray, storedOutput } from "./outputs.ts";

export interface CellInit {
  type?: CellType;
  source?: string;
  language?: string;
  id?: string;
  outputs?: Output[];
  metadata?: Record<string, Json>;
  attachments?: Record<string, MimeBundle>;
  executionCount?: number | null;
  unknown?: JsonObject;
}

/** The cell's map, to be put into the document. */
export function cellFields(id: string, order: string, init: CellInit): Y.Map<unknown> {
  const type = init.type ?? "code";
  const fields = new Y.Map<unknown>([
    [CELL_ID, id],
    [CELL_TYPE, type],
    [CELL_ORDER, order],
    [CELL_SOURCE, new Y.Text(init.source ?? "")],
    [CELL_METADATA, new Y.Map(Object.entries(init.metadata ?? {}))],
  ]);
  if (init.attachments !== undefined) fields.set(CELL_ATTACHMENTS, init.attachments);
  if (init.unknown !== undefined) fields.set(CELL_UNKNOWN, init.unknown);
  return fields;
}

export function outputArray(outputs: readonly Output[]): OutputArray {
  const array: OutputArray = new Y.Array();
  array.push(outputs.map((output) => storedOutput(output as unknown as JsonObject)));
  return array;
}

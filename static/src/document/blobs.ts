/** Large values of outputs: kept beside the document, which refers to them by the hash of their bytes. */
import * as Y from "yjs";
import { BLOB_CHARACTERS, BLOB_KEY, type BlobReference, ROOT_OUTPUTS } from "../contracts/generated.ts";
import { sha256Of } from "../contracts/sha256.ts";
import { isJsonObject, type Json, type JsonObject, joinLines } from "./json.ts";
import type { NotebookDocument } from "./notebook.ts";

/** Where blobs can be had and kept: this browser's database, a relay. */
export interface BlobSource {
  /** null where it is not. Whoever asks checks the hash. */
  get(sha256: string): Promise<Uint8Array<ArrayBuffer> | null>;
  put(sha256: string, body: Uint8Array<ArrayBuffer>): Promise<void>;
}

/** Values by hash; undefined where one is not there. */
export type BlobValues = (sha256: string) => Json | undefined;

export interface NewBlob {
  reference: BlobReference;
  value: Json;
  body: Uint8Array<ArrayBuffer>;
}

export function referenceOf(value: Json | undefined): BlobReference | null {
  const reference = isJsonObject(value) ? value[BLOB_KEY] : undefined;
  const isOne = isJsonObject(reference) && typeof reference["sha256"] === "string";
  return isOne ? (reference as unknown as BlobReference) : null;
}

/** The blobs that a bundle refers to. */
export function referencesIn(data: JsonObject): BlobReference[] {
  return Object.values(data).flatMap((value) => referenceOf(value) ?? []);
}

/** All that the notebook's outputs refer to. */
export function blobsOf({ doc }: NotebookDocument): BlobReference[] {
  const outputs = [...doc.getMap(ROOT_OUTPUTS).values()].flatMap((array) =>
    array instanceof Y.Array ? (array.toArray() as unknown[]) : [],
  );
  return outputs.flatMap((output) => {
    const data = isJsonObject(output) && !(output instanceof Y.Map) ? output["data"] : null;
    return isJsonObject(data) ? referencesIn(data) : [];
  });
}

export function holdsLargeValue(data: JsonObject): boolean {
  return Object.values(data).some((value) => largeText(value) !== null);
}

/** The bundle with references in place of its large values, which `keep` gets. */
export async function withReferences(data: JsonObject, keep: (blob: NewBlob) => void): Promise<JsonObject> {
  const entries = Object.entries(data).map(async ([mime, value]): Promise<[string, Json]> => {
    const text = largeText(value);
    if (text === null) return [mime, value];
    const body = new TextEncoder().encode(text);
    const encoding = typeof value === "string" ? "text" : "json";
    const reference = { sha256: await sha256Of(body), size: body.byteLength, encoding } as const;
    keep({ reference, value, body });
    return [mime, { [BLOB_KEY]: reference }];
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** The bundle with its values in place of the references; of one that is missing, it says so in words. */
export function withValues(data: JsonObject, valueOf: BlobValues): JsonObject {
  const whole: JsonObject = {};
  const missing: string[] = [];
  for (const [mime, value] of Object.entries(data)) {
    const reference = referenceOf(value);
    const found = reference === null ? value : valueOf(reference.sha256);
    if (found !== undefined) whole[mime] = found;
    else missing.push(`${mime}, ${Math.ceil((reference?.size ?? 0) / 1000).toLocaleString("en")} kB`);
  }
  if (missing.length === 0) return whole;
  const words = `A part of this output is not in this browser (${missing.join("; ")}). Run the cell again.`;
  return { ...whole, "text/plain": [words, joinLines(whole["text/plain"])].filter(Boolean).join("\n") };
}

export function decodeBlob(body: Uint8Array, { encoding }: BlobReference): Json {
  const text = new TextDecoder().decode(body);
  return encoding === "json" ? (JSON.parse(text) as Json) : text;
}

function largeText(value: Json): string | null {
  if (value === null || typeof value === "number" || typeof value === "boolean") return null;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > BLOB_CHARACTERS ? text : null;
}

/** A cell's outputs as nbformat has them, and how each is kept in the document. */
import * as Y from "yjs";
import { STREAM_OMITTED } from "../contracts/generated.ts";
import { isJsonObject, type Json, type JsonObject, joinLines } from "./json.ts";
import { appendStreamText, shortenStream } from "./stream-text.ts";

export type MimeBundle = Record<string, Json>;

export type StreamOutput = { output_type: "stream"; name: "stdout" | "stderr"; text: string };
export type DisplayOutput = {
  output_type: "display_data";
  data: MimeBundle;
  metadata: Record<string, Json>;
  /** Only in the document, for updates; never written to a file. */
  transient?: { display_id: string };
};
export type ResultOutput = {
  output_type: "execute_result";
  data: MimeBundle;
  metadata: Record<string, Json>;
  execution_count: number | null;
};
export type ErrorOutput = { output_type: "error"; ename: string; evalue: string; traceback: string[] };
export type Output = StreamOutput | DisplayOutput | ResultOutput | ErrorOutput;

/** The array of outputs of one cell: streams are maps holding shared text, everything else is one JSON value. */
export type OutputArray = Y.Array<unknown>;

export function readOutput(value: unknown): Output {
  if (value instanceof Y.Map) {
    const plain: JsonObject = {};
    for (const [key, item] of value.entries()) {
      if (key !== STREAM_OMITTED) plain[key] = item instanceof Y.Text ? item.toString() : (item as Json);
    }
    return plain as unknown as Output;
  }
  return value as Output;
}

/** The value to put into the array for `output`, which may come from a file and hold keys we do not know. */
export function storedOutput(output: JsonObject): unknown {
  if (output["output_type"] !== "stream") return output;
  const stream = new Y.Map<unknown>();
  for (const [key, item] of Object.entries(output)) if (key !== "text") stream.set(key, item);
  if (typeof output["name"] !== "string") stream.set("name", "stdout");
  const { text, omitted } = shortenStream(joinLines(output["text"]));
  stream.set("text", new Y.Text(text));
  if (omitted > 0) stream.set(STREAM_OMITTED, omitted);
  return stream;
}

/** Appends to the last output when it is the same stream, else begins a new one. */
export function appendStream(outputs: OutputArray, name: "stdout" | "stderr", text: string): void {
  const last = outputs.length === 0 ? undefined : outputs.get(outputs.length - 1);
  const grows = last instanceof Y.Map && last.get("name") === name && last.get("text") instanceof Y.Text;
  if (grows) {
    appendStreamText(last as Y.Map<unknown>, text);
    return;
  }
  const stream = new Y.Map<unknown>([
    ["output_type", "stream"],
    ["name", name],
    ["text", new Y.Text()],
  ]);
  outputs.push([stream]);
  appendStreamText(stream, text);
}

/** Puts new data into every output displayed as `displayId`; says whether there was one. */
export function updateDisplay(
  outputs: OutputArray,
  displayId: string,
  data: MimeBundle,
  metadata: MimeBundle,
): boolean {
  let found = false;
  for (let i = 0; i < outputs.length; i++) {
    const output = outputs.get(i);
    const transient = isJsonObject(output) ? output["transient"] : null;
    if (!isJsonObject(output) || !isJsonObject(transient) || transient["display_id"] !== displayId) continue;
    outputs.delete(i, 1);
    outputs.insert(i, [{ ...output, data, metadata }]);
    found = true;
  }
  return found;
}

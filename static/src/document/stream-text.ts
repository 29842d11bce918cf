/** The text of a stream output: it grows at its end, folds progress bars, and stops growing at a limit. */
import * as Y from "yjs";
import { STREAM_OMITTED } from "../contracts/generated.ts";

/** More than this makes pages, files and every peer slow; a program that prints in a loop gets there in seconds. */
export const MAX_STREAM_CHARACTERS = 2_000_000;
/** Trimming moves a lot of text, so it waits until there is this much to trim. */
const SLACK_CHARACTERS = 200_000;
const HEAD_CHARACTERS = MAX_STREAM_CHARACTERS / 2;

/** Appends `added` to the stream's shared text, and trims its middle when it is too long. */
export function appendStreamText(stream: Y.Map<unknown>, added: string): void {
  const text = stream.get("text");
  if (!(text instanceof Y.Text) || added === "") return;
  const folded = added.includes("\r") ? foldInto(text, added) : added;
  text.insert(text.length, folded);
  if (text.length > MAX_STREAM_CHARACTERS + SLACK_CHARACTERS) trim(stream, text);
}

/** `whole` as a stream holds it from the start, and how many characters are left out of it. */
export function shortenStream(whole: string): { text: string; omitted: number } {
  if (whole.length <= MAX_STREAM_CHARACTERS + SLACK_CHARACTERS) return { text: whole, omitted: 0 };
  const headEnd = wellFormedCut(whole, HEAD_CHARACTERS);
  const tailStart = wellFormedCut(whole, whole.length - HEAD_CHARACTERS);
  const omitted = tailStart - headEnd;
  return { text: whole.slice(0, headEnd) + marker(omitted) + whole.slice(tailStart), omitted };
}

/**
 * A progress bar rewrites its line with a carriage return many times a second; only the last state is kept.
 * Lines with escape sequences stay as they are: what they overwrite is for the renderer to know.
 */
export function foldCarriageReturns(text: string): string {
  return text
    .split("\n")
    .map((line) => {
      if (!line.includes("\r") || line.includes("\u001b")) return line;
      const ending = line.endsWith("\r") ? "\r" : "";
      let shown = "";
      for (const state of line.split("\r")) shown = state + shown.slice(state.length);
      return shown + ending;
    })
    .join("\n");
}

function foldInto(text: Y.Text, added: string): string {
  const tail = lastLine(text);
  const folded = foldCarriageReturns(tail + added);
  if (folded.startsWith(tail)) return folded.slice(tail.length);
  text.delete(text.length - tail.length, tail.length);
  return folded;
}

/** What stands after the last line feed; looked for only in a short tail, as a progress bar is one line. */
function lastLine(text: Y.Text): string {
  const whole = text.toString();
  const start = whole.lastIndexOf("\n") + 1;
  return whole.length - start > 4096 ? "" : whole.slice(start);
}

function trim(stream: Y.Map<unknown>, text: Y.Text): void {
  const whole = text.toString();
  const omittedBefore = Number(stream.get(STREAM_OMITTED) ?? 0);
  const markerLength = omittedBefore === 0 ? 0 : marker(omittedBefore).length;
  const tailStart = wellFormedCut(whole, whole.length - HEAD_CHARACTERS);
  const headEnd = wellFormedCut(whole, HEAD_CHARACTERS);
  const omitted = omittedBefore + (tailStart - headEnd - markerLength);
  text.delete(headEnd, tailStart - headEnd);
  text.insert(headEnd, marker(omitted));
  stream.set(STREAM_OMITTED, omitted);
}

function marker(omitted: number): string {
  return `\n[... ${omitted.toLocaleString("en")} characters left out here to save memory ...]\n`;
}

/** `at`, or one less when it would cut a surrogate pair in two. */
function wellFormedCut(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff ? at - 1 : at;
}

/** Contract messages as lines of JSON: binary fields travel as base64. */

const BINARY_FIELD = "body";
const BINARY_LIST = "buffers";

// User code shares these objects' prototypes: take what is needed before any of it runs.
const { parse, stringify } = JSON;
const { isArray } = Array;
const { fromCharCode } = String;
const toBase64 = globalThis.btoa;
const fromBase64 = globalThis.atob;
const CHUNK = 0x8000;

export function encodeLine(message: object): string {
  const plain: Record<string, unknown> = { ...message };
  if (plain[BINARY_FIELD] instanceof Uint8Array) plain[BINARY_FIELD] = encodeBytes(plain[BINARY_FIELD]);
  if (isArray(plain[BINARY_LIST])) plain[BINARY_LIST] = plain[BINARY_LIST].map(encodeBytes);
  return stringify(plain);
}

/** Throws SyntaxError when the line is not a JSON object. */
export function decodeLine(line: string): Record<string, unknown> {
  const message: unknown = parse(line);
  if (typeof message !== "object" || message === null) throw new SyntaxError("a line must be a JSON object");
  const plain = message as Record<string, unknown>;
  if (typeof plain[BINARY_FIELD] === "string") plain[BINARY_FIELD] = decodeBytes(plain[BINARY_FIELD]);
  if (isArray(plain[BINARY_LIST])) plain[BINARY_LIST] = (plain[BINARY_LIST] as string[]).map(decodeBytes);
  return plain;
}

function encodeBytes(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK) text += fromCharCode(...bytes.subarray(at, at + CHUNK));
  return toBase64(text);
}

function decodeBytes(text: string): Uint8Array {
  return Uint8Array.from(fromBase64(text), (character) => character.charCodeAt(0));
}

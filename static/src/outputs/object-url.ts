/** Bytes of an output as an address that media elements can load, given back when the output goes. */
import { textOf } from "./mime.ts";
import type { Json } from "./output.ts";

export function base64Url(mime: string, value: Json, signal?: AbortSignal): string {
  return objectUrl(new Blob([bytesOf(textOf(value))], { type: mime }), signal);
}

export function textUrl(mime: string, text: string, signal?: AbortSignal): string {
  return objectUrl(new Blob([text], { type: mime }), signal);
}

function objectUrl(blob: Blob, signal: AbortSignal | undefined): string {
  const url = URL.createObjectURL(blob);
  signal?.addEventListener("abort", () => URL.revokeObjectURL(url), { once: true });
  return url;
}

/** Empty for what is not base64: the element then shows its alternative text. */
export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(base64.replaceAll(/\s+/g, "")), (character) => character.charCodeAt(0));
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "InvalidCharacterError") return new Uint8Array();
    throw cause;
  }
}

/** HTML of unknown origin as harmless nodes: the browser's own sanitiser where it has one, else DOMPurify; one allow-list. */
import type { DOMPurify } from "dompurify";
import { ALLOWED_ATTRIBUTES, ALLOWED_ELEMENTS } from "./allow-list.ts";
import { tidy } from "./tidy.ts";

export interface SanitizeOptions {
  /** Put before every id, so that none hides a name of the page. Without it ids are dropped; "" keeps them, for shadow roots. */
  idPrefix?: string;
  /** Addresses of images that came with the document: `attachment:name` to a data: address. */
  images?: ReadonlyMap<string, string>;
}

interface SetHtmlElement extends Element {
  setHTML(html: string, options: { sanitizer: object }): void;
}

const NATIVE_RULES = {
  elements: [...ALLOWED_ELEMENTS],
  attributes: [...ALLOWED_ATTRIBUTES],
  comments: false,
  dataAttributes: false,
};

export const hasNativeSanitizer = typeof Element !== "undefined" && "setHTML" in Element.prototype;

let purify: DOMPurify | null = null;
let loading: Promise<void> | null = null;

/** Resolves when `sanitize` can be called; at once where the browser has a sanitiser. */
export function sanitizerReady(): Promise<void> {
  if (hasNativeSanitizer) return Promise.resolve();
  loading ??= loadPurify();
  return loading;
}

export function isSanitizerReady(): boolean {
  return hasNativeSanitizer || purify !== null;
}

export async function loadPurify(): Promise<void> {
  purify = (await import("dompurify")).default;
}

/** `html` without anything that acts, loads or clobbers; throws before `sanitizerReady` resolved. */
export function sanitize(html: string, options: SanitizeOptions = {}): DocumentFragment {
  if (!hasNativeSanitizer && !purify)
    throw new Error("sanitize() was called before sanitizerReady() resolved");
  return hasNativeSanitizer ? sanitizeNatively(html, options) : sanitizeWithPurify(html, options);
}

export function sanitizeNatively(html: string, options: SanitizeOptions = {}): DocumentFragment {
  // Parsed in a document without a window: nothing loads before the tidying below.
  const inert = document.implementation.createHTMLDocument("");
  const holder = inert.createElement("div") as unknown as SetHtmlElement;
  holder.setHTML(html, { sanitizer: NATIVE_RULES });
  const fragment = inert.createDocumentFragment();
  fragment.append(...holder.childNodes);
  return adopt(fragment, options);
}

/** Needs `loadPurify` first. */
export function sanitizeWithPurify(html: string, options: SanitizeOptions = {}): DocumentFragment {
  // String mode only: the known bypasses were in the modes that take nodes.
  const clean = purify!.sanitize(html, {
    ALLOWED_TAGS: [...ALLOWED_ELEMENTS],
    ALLOWED_ATTR: [...ALLOWED_ATTRIBUTES],
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|data:|blob:|attachment:|#|[^a-z]|[a-z+.-]+(?:[^a-z+.\-:]|$))/i,
  });
  const template = document.implementation.createHTMLDocument("").createElement("template");
  template.innerHTML = clean;
  return adopt(template.content, options);
}

function adopt(fragment: DocumentFragment, options: SanitizeOptions): DocumentFragment {
  tidy(fragment, options);
  return document.importNode(fragment, true);
}

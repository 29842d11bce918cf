/** The second pass over sanitised nodes, the same for both sanitisers: addresses, ids, styles, images. */

import { REMOTE_IMAGE } from "./remote-image.ts";
import { cleanStyle } from "./safe-css.ts";
import type { SanitizeOptions } from "./sanitize.ts";

const EMBEDDED_IMAGE = /^data:image\/(png|jpeg|gif|webp|avif|bmp|svg\+xml)[;,]/i;

export function tidy(fragment: DocumentFragment, { idPrefix, images }: SanitizeOptions): void {
  for (const element of fragment.querySelectorAll<HTMLElement>("*")) {
    if (element.hasAttribute("style")) {
      cleanStyle(element.style);
      if (element.style.length === 0) element.removeAttribute("style");
    }
    tidyId(element, idPrefix);
    if (element.localName === "a") tidyLink(element as HTMLAnchorElement, idPrefix);
    if (element.localName === "img") tidyImage(element as HTMLImageElement, images);
    else element.removeAttribute("src");
  }
}

function tidyId(element: HTMLElement, prefix: string | undefined): void {
  if (!element.id) return;
  if (prefix === undefined) element.removeAttribute("id");
  else element.id = prefix + element.id;
}

function tidyLink(anchor: HTMLAnchorElement, prefix = ""): void {
  const href = anchor.getAttribute("href")?.trim() ?? "";
  if (href.startsWith("#")) {
    anchor.setAttribute("href", `#${prefix}${href.slice(1)}`);
    return;
  }
  if (!/^(https?:|mailto:)/i.test(href)) {
    anchor.removeAttribute("href");
    return;
  }
  anchor.target = "_blank";
  anchor.rel = "noopener noreferrer";
}

/** Embedded images are shown; a remote one would tell its host who reads this, so it waits for a click. */
function tidyImage(image: HTMLImageElement, images: ReadonlyMap<string, string> | undefined): void {
  const written = image.getAttribute("src")?.trim() ?? "";
  const source = images?.get(written) ?? written;
  image.setAttribute("loading", "lazy");
  if (EMBEDDED_IMAGE.test(source)) {
    image.setAttribute("src", source);
    return;
  }
  image.removeAttribute("src");
  const button = image.ownerDocument.createElement("button");
  button.type = "button";
  button.className = REMOTE_IMAGE;
  const label = image.getAttribute("alt");
  if (/^https:\/\//i.test(source) && URL.canParse(source)) {
    button.value = source;
    button.textContent = `Load image${label ? ` “${label}”` : ""} from ${new URL(source).host}`;
  } else {
    button.disabled = true;
    button.textContent = `Image not available${label ? `: ${label}` : ""}`;
  }
  image.replaceWith(button);
}

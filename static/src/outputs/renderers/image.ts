/** Pictures: bitmaps and SVG, both as images, so that nothing in them can act. */
import { textOf } from "../mime.ts";
import { base64Url, textUrl } from "../object-url.ts";
import type { Json } from "../output.ts";
import type { RenderedPart, Renderer } from "./renderer.ts";

export const renderImage: Renderer = ({ mime, value, data, metadata }, { signal }) =>
  inlineImage(mime, value, { ...metadata, alt: altOf(data, metadata) }, signal);

export const renderSvg: Renderer = ({ mime, value, data, metadata }, { signal }) => {
  const svg = textOf(value);
  return imageElement(textUrl(mime, withNamespace(svg), signal), {
    ...metadata,
    alt: altOf(data, metadata, svg),
  });
};

export function inlineImage(
  mime: string,
  value: Json,
  metadata: Record<string, Json>,
  signal?: AbortSignal,
): HTMLElement {
  return imageElement(base64Url(mime, value, signal), metadata);
}

/** `width` and `height` are CSS pixels: a picture made for a dense screen has more pixels of its own. */
function imageElement(url: string, metadata: Record<string, Json>): HTMLElement {
  const image = document.createElement("img");
  image.className = "nb-image";
  image.alt = typeof metadata["alt"] === "string" ? metadata["alt"] : "Image output";
  image.decoding = "async";
  const [width, height] = [positive(metadata["width"]), positive(metadata["height"])];
  if (width) image.width = width;
  if (height) image.height = height;
  if (metadata["needs_background"])
    image.classList.add(`on-${metadata["needs_background"] === "dark" ? "dark" : "light"}`);
  if (metadata["unconfined"] === true) image.classList.add("unconfined");
  image.addEventListener("error", () => image.replaceWith(unreadable(image.alt)), { once: true });
  image.src = url;
  const figure = document.createElement("div");
  figure.className = "nb-image-scroll";
  figure.append(image);
  return figure;
}

function altOf(data: RenderedPart["data"], metadata: Record<string, Json>, svg = ""): string {
  if (typeof metadata["alt"] === "string") return metadata["alt"];
  const title = /<title[^>]*>([^<]+)<\/title>/.exec(svg)?.[1]?.trim();
  const plain = textOf(data["text/plain"]).trim();
  return title ?? (plain && !plain.startsWith("<IPython.core") ? plain.slice(0, 200) : "Image output");
}

function positive(value: Json | undefined): number | null {
  const number = typeof value === "string" ? Number.parseFloat(value) : value;
  return typeof number === "number" && number > 0 && number < 20_000 ? Math.round(number) : null;
}

/** An image element only reads SVG that says it is SVG. */
function withNamespace(svg: string): string {
  return /<svg[^>]*\sxmlns=/.test(svg) ? svg : svg.replace(/<svg/, '<svg xmlns="http://www.w3.org/2000/svg"');
}

function unreadable(alt: string): HTMLElement {
  const notice = document.createElement("div");
  notice.className = "nb-notice";
  notice.textContent = `This picture could not be read: ${alt}`;
  return notice;
}

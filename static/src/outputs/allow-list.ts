/** What sanitised HTML may hold: the words a document is written with, and nothing that acts. */

const ELEMENTS =
  "a abbr address article aside b bdi bdo blockquote br caption center cite code col colgroup dd del details dfn div dl dt em " +
  "figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q rp rt ruby s samp " +
  "section small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr";

const ATTRIBUTES =
  "abbr align alt border cellpadding cellspacing char class color cols colspan datetime dir headers height href id lang " +
  "open reversed role rows rowspan rules scope size span src start style title type valign value width aria-hidden aria-label";

/** `style` elements are kept where a shadow root keeps their rules in; see safe-css.ts. */
export const ALLOWED_ELEMENTS: readonly string[] = ELEMENTS.split(" ");
export const ALLOWED_ATTRIBUTES: readonly string[] = ATTRIBUTES.split(" ");

const HARMLESS_ELEMENTS = new Set([...ALLOWED_ELEMENTS, "html", "head", "body", "style", "title", "meta"]);

/** Whether `html` holds anything that sanitising would take away and somebody would miss. */
export function hasActiveContent(html: string): boolean {
  // Told from the text, as the page's policy reports every handler that it meets in a parsed document.
  if (/\son\w+\s*=/i.test(html)) return true;
  const parsed = new DOMParser().parseFromString(html, "text/html");
  for (const element of parsed.querySelectorAll("*")) {
    if (!HARMLESS_ELEMENTS.has(element.localName) || element.namespaceURI !== "http://www.w3.org/1999/xhtml")
      return true;
    for (const { name, value } of element.attributes) {
      if (name === "href" && value.trim().toLowerCase().startsWith("javascript:")) return true;
    }
  }
  return false;
}

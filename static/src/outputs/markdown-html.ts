/** Markdown to HTML with marked; the HTML is not safe until it went through the sanitiser. */
import { Marked } from "marked";
import { mathSyntax } from "./math-syntax.ts";

export type MarkdownToHtml = (source: string) => string;

const marked = new Marked({ gfm: true, async: false });

marked.use({
  extensions: mathSyntax,
  renderer: {
    heading({ tokens, depth, text }) {
      return `<h${depth} id="${headingId(text)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
    },
    // The sanitiser takes inputs away; what a checkbox says remains.
    checkbox({ checked }) {
      const words = checked ? "done" : "to do";
      return `<span class="nb-checkbox${checked ? " checked" : ""}" role="img" aria-label="${words}"></span> `;
    },
  },
});

export const markdownToHtml: MarkdownToHtml = (source) => marked.parse(source, { async: false });

/** As Jupyter names headings, so that links written for it still work. */
function headingId(text: string): string {
  return text
    .trim()
    .replaceAll(/\s+/g, "-")
    .replaceAll(/["&<>]/g, "");
}

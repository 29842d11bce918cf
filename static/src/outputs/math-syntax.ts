/** TeX within Markdown, as Jupyter reads it: `$…$`, `$$…$$`, `\(…\)`, `\[…\]` and environments. */
import type { TokenizerAndRendererExtension } from "marked";

export const MATH_CLASS = { inline: "nb-math-inline", display: "nb-math-display" } as const;

const DISPLAY = /^\$\$([\s\S]+?)\$\$|^\\\[([\s\S]+?)\\\]|^(\\begin\{([a-z]+\*?)\}[\s\S]+?\\end\{\4\})/;
/** As in pandoc: no space inside of the dollars, no digit after them, so that prices stay prices. */
const INLINE =
  /^\$((?:[^\s$\\]|\\[\s\S])(?:(?:[^$\\]|\\[\s\S])*?(?:[^\s$\\]|\\[^\s]))?)\$(?!\d)|^\\\(([\s\S]+?)\\\)/;
const INLINE_START = /\$|\\\(|\\\[|\\begin\{/;
/** Only at the start of a line: elsewhere a paragraph would be cut in two. */
const BLOCK_START = /(?<=\n)(?:\$\$|\\\[|\\begin\{)/;

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function rule(
  name: string,
  level: "block" | "inline",
  pattern: RegExp,
  isDisplay: boolean,
): TokenizerAndRendererExtension {
  return {
    name,
    level,
    start: (source) => (level === "block" ? BLOCK_START : INLINE_START).exec(source)?.index,
    tokenizer(source) {
      const found = pattern.exec(source);
      if (!found) return undefined;
      return { type: name, raw: found[0], tex: found[1] ?? found[2] ?? found[3] ?? "" };
    },
    // Written as escaped text: the sanitiser sees no mathematics, and KaTeX replaces it afterwards.
    renderer: ({ tex }) =>
      isDisplay
        ? `<span class="${MATH_CLASS.display}">${escapeHtml(String(tex))}</span>`
        : `<span class="${MATH_CLASS.inline}">${escapeHtml(String(tex))}</span>`,
  };
}

export const mathSyntax: TokenizerAndRendererExtension[] = [
  rule("mathBlock", "block", DISPLAY, true),
  rule("mathDisplay", "inline", DISPLAY, true),
  rule("mathInline", "inline", INLINE, false),
];

/** HTML for the editor: tags, attributes and comments, which is what a %%html cell needs. */
import { LanguageSupport, StreamLanguage, type StringStream } from "@codemirror/language";

interface HtmlState {
  inside: "text" | "tag" | "comment";
  expectsName: boolean;
}

const htmlLanguage = StreamLanguage.define<HtmlState>({
  name: "html",
  startState: () => ({ inside: "text", expectsName: false }),
  token(stream, state) {
    switch (state.inside) {
      case "comment":
        return comment(stream, state);
      case "tag":
        return tag(stream, state);
      case "text":
        return text(stream, state);
    }
  },
  languageData: {
    commentTokens: { block: { open: "<!--", close: "-->" } },
    closeBrackets: { brackets: ["(", "[", "{", '"'] },
  },
});

function text(stream: StringStream, state: HtmlState): string | null {
  if (stream.match("<!--")) {
    state.inside = "comment";
    return comment(stream, state);
  }
  if (stream.match(/^<[/!]?/)) {
    state.inside = "tag";
    state.expectsName = true;
    return "punctuation";
  }
  stream.next();
  stream.eatWhile(/[^<]/);
  return null;
}

function comment(stream: StringStream, state: HtmlState): string {
  if (stream.skipTo("-->")) {
    stream.match("-->");
    state.inside = "text";
  } else stream.skipToEnd();
  return "comment";
}

function tag(stream: StringStream, state: HtmlState): string | null {
  if (stream.eatSpace()) return null;
  if (stream.match(/^\/?>/)) {
    state.inside = "text";
    return "punctuation";
  }
  if (stream.match(/^"[^"]*"?|^'[^']*'?/)) return "string";
  if (stream.match(/^[\w:-]+/)) {
    const style = state.expectsName ? "tagName" : "attributeName";
    state.expectsName = false;
    return style;
  }
  stream.next();
  return null;
}

export function html(): LanguageSupport {
  return new LanguageSupport(htmlLanguage);
}

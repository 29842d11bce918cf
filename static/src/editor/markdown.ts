/** Markdown for the editor: what catches the eye, line by line; how it renders is not decided here. */
import { LanguageSupport, StreamLanguage, type StringStream } from "@codemirror/language";
import { EditorSelection, type StateCommand } from "@codemirror/state";
import { keymap } from "@codemirror/view";

interface MarkdownState {
  /** The backticks or tildes that end the code block the line is in. */
  fence: string | null;
}

const LINE_STARTS: readonly (readonly [RegExp, string])[] = [
  [/^\s{0,3}#{1,6}(?:\s.*)?$/, "heading"],
  [/^\s{0,3}([-*_])(?:\s*\1){2,}\s*$/, "contentSeparator"],
  [/^\s*>+/, "quote"],
  [/^\s*(?:[-*+]|\d+[.)])\s+(?:\[[ xX]\]\s)?/, "list"],
];

const SPANS: readonly (readonly [RegExp, string | null])[] = [
  [/^(`+)(?!`).*?[^`]\1(?!`)/, "monospace"],
  [/^\${1,2}[^$]+\${1,2}/, "monospace"],
  [/^(\*\*|__)(?=\S).*?\S\1/, "strong"],
  [/^([*_])(?=[^\s*_])[^*_]*\1/, "emphasis"],
  [/^!?\[[^\]]*\]\([^)]*\)/, "link"],
  [/^https?:\/\/[^\s)>]+/, "url"],
  [/^<!--.*?(?:-->|$)/, "comment"],
  [/^\\./, "escape"],
  // Whole words, so that an underscore within one begins nothing.
  [/^[\p{L}\p{N}][\p{L}\p{N}_]*/u, null],
];

const markdownLanguage = StreamLanguage.define<MarkdownState>({
  name: "markdown",
  startState: () => ({ fence: null }),
  token(stream, state) {
    if (stream.sol()) {
      const fence = stream.match(/^\s{0,3}(`{3,}|~{3,}).*$/, false) as RegExpMatchArray | null;
      if (fence && (state.fence === null || fence[1]!.startsWith(state.fence))) {
        stream.skipToEnd();
        state.fence = state.fence === null ? fence[1]! : null;
        return "processingInstruction";
      }
    }
    if (state.fence !== null) {
      stream.skipToEnd();
      return "monospace";
    }
    return (stream.sol() && matched(stream, LINE_STARTS)) || spanOf(stream);
  },
  languageData: { commentTokens: { block: { open: "<!--", close: "-->" } } },
});

function spanOf(stream: StringStream): string | null {
  const span = matched(stream, SPANS);
  if (span === undefined) stream.next();
  return span ?? null;
}

/** The name of the first pattern found here, which is then read; undefined when there is none. */
function matched<Name>(
  stream: StringStream,
  patterns: readonly (readonly [RegExp, Name])[],
): Name | undefined {
  return patterns.find(([pattern]) => stream.match(pattern))?.[1];
}

/** Wraps the selection in `mark`, or unwraps it. */
function toggleMark(mark: string): StateCommand {
  return ({ state, dispatch }) => {
    const size = mark.length;
    const change = state.changeByRange(({ from, to }) => {
      const isMarked = state.sliceDoc(from - size, from) === mark && state.sliceDoc(to, to + size) === mark;
      if (isMarked) {
        const changes = [
          { from: from - size, to: from },
          { from: to, to: to + size },
        ];
        return { changes, range: EditorSelection.range(from - size, to - size) };
      }
      const changes = [
        { from, insert: mark },
        { from: to, insert: mark },
      ];
      return { changes, range: EditorSelection.range(from + size, to + size) };
    });
    dispatch(state.update(change, { userEvent: "input" }));
    return true;
  };
}

export function markdown(): LanguageSupport {
  return new LanguageSupport(markdownLanguage, [
    keymap.of([
      { key: "Mod-b", run: toggleMark("**") },
      { key: "Mod-i", run: toggleMark("*") },
    ]),
  ]);
}

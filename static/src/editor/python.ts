/** Python for the editor: the Lezer grammar, IPython's lines let through, brackets, comments and indentation. */

import {
  defineLanguageFacet,
  foldInside,
  foldNodeProp,
  indentService,
  Language,
  LanguageSupport,
  languageDataProp,
  syntaxTree,
} from "@codemirror/language";
import { type Input, Parser, type PartialParse, type TreeFragment } from "@lezer/common";
import { parser } from "@lezer/python";
import { maskMagicLines } from "./language.ts";
import { pythonIndentation } from "./python-indent.ts";

const languageData = defineLanguageFacet({
  closeBrackets: {
    brackets: ["(", "[", "{", "'", '"', "'''", '"""'],
    stringPrefixes: ["f", "fr", "rf", "r", "u", "b", "br", "rb", "F", "R", "B"],
  },
  commentTokens: { line: "#" },
  indentOnInput: /^\s*([}\])]|else:|elif |except\b.*:|finally:|case\s.+:)$/,
});

const pythonParser = parser.configure({
  props: [
    languageDataProp.add((type) => (type.isTop ? languageData : undefined)),
    foldNodeProp.add({
      "ArrayExpression DictionaryExpression SetExpression TupleExpression": foldInside,
      Body: (node, state) => ({ from: node.from + 1, to: node.to - (node.to === state.doc.length ? 0 : 1) }),
    }),
  ],
});

/** Reads the source with IPython's lines masked; positions stay the same. */
class NotebookPythonParser extends Parser {
  override createParse(
    input: Input,
    fragments: readonly TreeFragment[],
    ranges: readonly { from: number; to: number }[],
  ): PartialParse {
    return pythonParser.createParse(new MaskedInput(input), fragments, ranges);
  }
}

class MaskedInput implements Input {
  readonly #text: string;
  readonly length: number;
  readonly lineChunks = false;

  constructor(input: Input) {
    this.#text = maskMagicLines(input.read(0, input.length));
    this.length = input.length;
  }

  chunk(from: number): string {
    return this.#text.slice(from);
  }

  read(from: number, to: number): string {
    return this.#text.slice(from, to);
  }
}

export const notebookPythonParser = new NotebookPythonParser();

const pythonLanguage = new Language(languageData, notebookPythonParser, [], "python");

const indentation = indentService.of((context, position) => {
  const line = context.state.doc.lineAt(position);
  const before = context.state.doc.sliceString(0, position);
  const typed =
    context.simulatedBreak === null ? line.text : context.state.doc.sliceString(position, line.to);
  const start = context.simulatedBreak === null ? line.from : position;
  const inString = syntaxTree(context.state).resolveInner(start, -1).name === "String";
  if (inString) return null;
  const lines = before.slice(0, start).split("\n");
  if (context.simulatedBreak === null) lines.pop();
  return pythonIndentation(lines, typed, context.unit);
});

export function python(): LanguageSupport {
  return new LanguageSupport(pythonLanguage, [indentation]);
}

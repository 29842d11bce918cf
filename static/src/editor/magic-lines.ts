/** Marks %magic and !command lines in the editor. */
import { type Extension, RangeSetBuilder } from "@codemirror/state";
import { Decoration, type DecorationSet, type EditorView, ViewPlugin } from "@codemirror/view";
import { isMagicLine } from "./language.ts";

const magicLine = Decoration.line({ class: "nb-magic-line" });

export const magicLines: Extension = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;

    constructor(view: EditorView) {
      this.decorations = decorate(view);
    }

    update(update: { docChanged: boolean; viewportChanged: boolean; view: EditorView }): void {
      if (update.docChanged || update.viewportChanged) this.decorations = decorate(update.view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

function decorate(view: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  for (const { from, to } of view.visibleRanges) {
    for (let position = from; position <= to; ) {
      const line = view.state.doc.lineAt(position);
      if (isMagicLine(line.text)) builder.add(line.from, line.from, magicLine);
      position = line.to + 1;
    }
  }
  return builder.finish();
}

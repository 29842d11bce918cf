/** Marks the matches of find and replace inside one editor. */
import { type Extension, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView } from "@codemirror/view";

export interface FoundRange {
  from: number;
  to: number;
  isCurrent: boolean;
}

const setFound = StateEffect.define<readonly FoundRange[]>();

const foundMark = Decoration.mark({ class: "nb-found" });
const currentMark = Decoration.mark({ class: "nb-found nb-found-current" });

const foundField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    for (const effect of transaction.effects) {
      if (!effect.is(setFound)) continue;
      const { length } = transaction.state.doc;
      const inside = effect.value.filter(({ from, to }) => from < to && to <= length);
      return Decoration.set(inside.map((r) => (r.isCurrent ? currentMark : foundMark).range(r.from, r.to)));
    }
    return marks.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

export const findMarks: Extension = foundField;

export function showFound(view: EditorView, ranges: readonly FoundRange[]): void {
  if (ranges.length === 0 && view.state.field(foundField).size === 0) return;
  view.dispatch({ effects: setFound.of(ranges) });
}

/** Tab as notebooks have it: completes after a word, indents elsewhere; Shift-Tab documents or unindents. */
import { acceptCompletion, completionStatus, startCompletion } from "@codemirror/autocomplete";
import { indentLess, indentMore } from "@codemirror/commands";
import { getIndentUnit } from "@codemirror/language";
import { EditorSelection } from "@codemirror/state";
import type { EditorView, KeyBinding } from "@codemirror/view";

export function tabKey(showDocumentation: (view: EditorView) => void): KeyBinding {
  return {
    key: "Tab",
    run: (view) => {
      if (completionStatus(view.state) === "active") return acceptCompletion(view);
      if (view.state.selection.ranges.some((range) => !range.empty)) return indentMore(view);
      return isAfterWord(view) ? startCompletion(view) : insertSpaces(view);
    },
    shift: (view) => {
      if (!isInIndentation(view)) showDocumentation(view);
      else indentLess(view);
      return true;
    },
  };
}

function isAfterWord(view: EditorView): boolean {
  const { head } = view.state.selection.main;
  return /[\w.%/]/.test(view.state.sliceDoc(head - 1, head));
}

function isInIndentation(view: EditorView): boolean {
  const { main } = view.state.selection;
  const line = view.state.doc.lineAt(main.head);
  return !main.empty || /^\s*$/.test(line.text.slice(0, main.head - line.from));
}

/** Spaces up to the next stop. */
function insertSpaces(view: EditorView): boolean {
  const unit = getIndentUnit(view.state);
  const change = view.state.changeByRange((range) => {
    const column = range.head - view.state.doc.lineAt(range.head).from;
    const insert = " ".repeat(unit - (column % unit));
    return {
      changes: { from: range.head, insert },
      range: EditorSelection.cursor(range.head + insert.length),
    };
  });
  view.dispatch(view.state.update(change, { userEvent: "input", scrollIntoView: true }));
  return true;
}

/** One cell's live editor: CodeMirror on the cell's shared text. */
import { closeBrackets, closeBracketsKeymap, closeCompletion } from "@codemirror/autocomplete";
import { defaultKeymap } from "@codemirror/commands";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { highlightSelectionMatches, selectNextOccurrence, selectSelectionMatches } from "@codemirror/search";
import { Compartment, EditorState, type Extension, Prec } from "@codemirror/state";
import {
  crosshairCursor,
  drawSelection,
  dropCursor,
  EditorView,
  highlightActiveLine,
  keymap,
  lineNumbers,
  placeholder,
  rectangularSelection,
  tooltips,
} from "@codemirror/view";
import { yCollab, yUndoManagerKeymap } from "y-codemirror.next";
import * as Y from "yjs";
import { completionKeys, kernelCompletion } from "./completion.ts";
import { type FoundRange, findMarks, showFound } from "./find-marks.ts";
import { highlighter } from "./highlight.ts";
import { hoverDocumentation } from "./hover.ts";
import { type EditorLanguage, languageOf } from "./language.ts";
import { loadLanguage } from "./language-support.ts";
import { magicLines } from "./magic-lines.ts";
import type { EditorServices } from "./services.ts";
import { signatureHelp } from "./signature.ts";
import { tabKey } from "./tab-key.ts";

export interface EditorOptions {
  parent: HTMLElement;
  root: Document | ShadowRoot;
  text: Y.Text;
  /** "python", "sql", …; "markdown" or "raw" for cells of those types. */
  language: string;
  label: string;
  placeholder: string;
  lineNumbers: boolean;
  services: EditorServices;
  /** Where popups are put; inside `root`. */
  tooltipParent: HTMLElement;
  /** The cursor was moved beyond the first or the last line. */
  onLeave(direction: "up" | "down"): void;
  onError(error: unknown): void;
}

/** Ends with `signal`. */
export class CellEditor {
  readonly view: EditorView;
  readonly #language = new Compartment();
  readonly #lineNumbers = new Compartment();
  readonly #label = new Compartment();
  readonly #options: EditorOptions;
  #declared: string;
  #shown: EditorLanguage | null = null;

  constructor(options: EditorOptions, signal: AbortSignal) {
    this.#options = options;
    this.#declared = options.language;
    const undoManager = new Y.UndoManager(options.text);
    const followMagic = EditorView.updateListener.of((update) => {
      if (update.docChanged) this.#followLanguage();
    });
    this.view = new EditorView({
      parent: options.parent,
      root: options.root,
      state: EditorState.create({
        doc: options.text.toString(),
        extensions: [
          this.#language.of([]),
          this.#lineNumbers.of(options.lineNumbers ? lineNumbers() : []),
          this.#label.of(labelled(options.label)),
          yCollab(options.text, null, { undoManager }),
          keymap.of(yUndoManagerKeymap),
          followMagic,
          ...behaviour(options),
        ],
      }),
    });
    this.#followLanguage();
    signal.addEventListener("abort", () => {
      this.view.destroy();
      undoManager.destroy();
    });
  }

  set language(declared: string) {
    this.#declared = declared;
    this.#followLanguage();
  }

  set label(label: string) {
    this.view.dispatch({ effects: this.#label.reconfigure(labelled(label)) });
  }

  set lineNumbers(isShown: boolean) {
    this.view.dispatch({ effects: this.#lineNumbers.reconfigure(isShown ? lineNumbers() : []) });
  }

  get cursor(): number {
    return this.view.state.selection.main.head;
  }

  focus(place?: "start" | "end"): void {
    if (place)
      this.view.dispatch({ selection: { anchor: place === "start" ? 0 : this.view.state.doc.length } });
    this.view.focus();
  }

  /** Selects a range and brings it into view. */
  select(from: number, to: number): void {
    const { length } = this.view.state.doc;
    const selection = { anchor: Math.min(from, length), head: Math.min(to, length) };
    this.view.dispatch({ selection, effects: EditorView.scrollIntoView(selection.anchor, { y: "center" }) });
  }

  /** `line` counts from 1. */
  goToLine(line: number): void {
    const { from } = this.view.state.doc.line(Math.min(Math.max(line, 1), this.view.state.doc.lines));
    this.select(from, from);
    this.view.focus();
  }

  closePopups(): void {
    closeCompletion(this.view);
  }

  showFound(ranges: readonly FoundRange[]): void {
    showFound(this.view, ranges);
  }

  #followLanguage(): void {
    const { services, text, onError } = this.#options;
    const wanted = languageOf(this.view.state.sliceDoc(0, 80), this.#declared);
    if (wanted === this.#shown) return;
    this.#shown = wanted;
    // SQL brings a completion of its own.
    const completion = isCode(this.#options) && wanted !== "sql" ? kernelCompletion(services, onError) : [];
    const use = (extension: Extension) =>
      this.view.dispatch({ effects: this.#language.reconfigure([extension, completion]) });
    const support = loadLanguage(wanted, () => services.sql(text));
    if (support instanceof Promise) {
      support.then((loaded) => {
        if (this.#shown === wanted) use(loaded);
      }, onError);
    } else use(support);
  }
}

function isCode({ language }: EditorOptions): boolean {
  return language !== "markdown" && language !== "raw";
}

function labelled(label: string): Extension {
  return EditorView.contentAttributes.of({ "aria-label": label });
}

function behaviour(options: EditorOptions): Extension[] {
  const help = signatureHelp(options.services, options.onError);
  const kernelBacked = [
    completionKeys,
    hoverDocumentation(options.services, options.onError),
    help.extension,
    magicLines,
  ];
  return [
    syntaxHighlighting(highlighter),
    isCode(options) ? [kernelBacked, closeBrackets(), bracketMatching()] : EditorView.lineWrapping,
    indentOnInput(),
    indentUnit.of("    "),
    EditorState.tabSize.of(4),
    EditorState.allowMultipleSelections.of(true),
    drawSelection(),
    dropCursor(),
    rectangularSelection(),
    crosshairCursor(),
    highlightActiveLine(),
    highlightSelectionMatches({ minSelectionLength: 2 }),
    findMarks,
    options.placeholder ? placeholder(options.placeholder) : [],
    tooltips({ parent: options.tooltipParent }),
    EditorView.contentAttributes.of({ spellcheck: String(!isCode(options)) }),
    Prec.high(keymap.of([tabKey(help.show), ...leavingKeys(options)])),
    keymap.of([
      { key: "Mod-d", run: selectNextOccurrence, preventDefault: true },
      { key: "Mod-Shift-l", run: selectSelectionMatches },
      ...closeBracketsKeymap,
      // Command-wide keys (run, split, leave) belong to the notebook's table, not to the editor.
      ...defaultKeymap.filter(({ key }) => key !== "Mod-Enter" && key !== "Escape"),
    ]),
  ];
}

/** Arrow keys at the first and last line go on to the neighbouring cell. */
function leavingKeys({ onLeave }: EditorOptions) {
  const leave = (direction: "up" | "down") => (view: EditorView) => {
    const { main } = view.state.selection;
    const edge = direction === "up" ? 1 : view.state.doc.lines;
    if (!main.empty || view.state.doc.lineAt(main.head).number !== edge) return false;
    if (view.moveVertically(main, direction === "down").head !== main.head) {
      const moved = view.moveVertically(main, direction === "down").head;
      const isEnd = moved === 0 || moved === view.state.doc.length;
      if (!isEnd) return false;
    }
    onLeave(direction);
    return true;
  };
  return [
    { key: "ArrowUp", run: leave("up") },
    { key: "ArrowDown", run: leave("down") },
  ];
}

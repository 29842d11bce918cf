/** Help inside a call: the signature while it is typed, the whole documentation on Shift-Tab. */
import { type Extension, Prec, StateEffect, StateField } from "@codemirror/state";
import { EditorView, keymap, showTooltip, type Tooltip, ViewPlugin, type ViewUpdate } from "@codemirror/view";
import { boxOf } from "./hover.ts";
import type { EditorServices } from "./services.ts";

interface CallHelp {
  /** Where the help was asked for; it goes when the cursor moves before. */
  position: number;
  tooltip: Tooltip;
}

const setHelp = StateEffect.define<CallHelp | null>();

const helpField = StateField.define<CallHelp | null>({
  create: () => null,
  update(help, transaction) {
    for (const effect of transaction.effects) if (effect.is(setHelp)) return effect.value;
    if (!help || !(transaction.docChanged || transaction.selection)) return help;
    const position = transaction.changes.mapPos(help.position);
    const { head } = transaction.state.selection.main;
    if (head < position || isClosed(transaction.state.sliceDoc(position, head))) return null;
    return { position, tooltip: { ...help.tooltip, pos: position } };
  },
  provide: (field) => showTooltip.from(field, (help) => help?.tooltip ?? null),
});

/** Whether the call that `text` continues has ended in it, or its line has. */
function isClosed(text: string): boolean {
  let depth = 0;
  for (const character of text) {
    if ("([{".includes(character)) depth += 1;
    if (")]}".includes(character)) depth -= 1;
    if (depth < 0) return true;
  }
  return depth === 0 && text.includes("\n\n");
}

async function ask(view: EditorView, services: EditorServices, isWhole: boolean): Promise<void> {
  if (!services.isReady()) return;
  const position = view.state.selection.main.head;
  const source = view.state.doc.toString();
  const { data, signature } = await services.inspect(source, position);
  const isStale = view.state.doc.toString() !== source;
  if (isStale || (isWhole ? Object.keys(data).length === 0 : !signature)) return;
  const create = () => ({ dom: boxOf(isWhole ? services.render(data) : signatureElement(signature ?? "")) });
  const tooltip = { pos: position, above: !isWhole, create };
  view.dispatch({ effects: setHelp.of({ position, tooltip }) });
}

function signatureElement(signature: string): HTMLElement {
  const element = document.createElement("code");
  element.className = "nb-signature";
  element.textContent = signature;
  return element;
}

export interface SignatureHelp {
  extension: Extension;
  /** Shows the documentation of the name at the cursor. */
  show(view: EditorView): void;
}

export function signatureHelp(services: EditorServices, onError: (error: unknown) => void): SignatureHelp {
  const typed = ViewPlugin.fromClass(
    class {
      update(update: ViewUpdate): void {
        if (!update.docChanged || !update.transactions.some((t) => t.isUserEvent("input.type"))) return;
        const { head } = update.state.selection.main;
        // Closing brackets are inserted with the opening one, so the cursor stands between them.
        if (update.state.sliceDoc(head - 1, head) === "(") ask(update.view, services, false).catch(onError);
      }
    },
  );
  const close = (view: EditorView) => {
    if (!view.state.field(helpField)) return false;
    view.dispatch({ effects: setHelp.of(null) });
    return true;
  };
  return {
    extension: [
      helpField,
      typed,
      Prec.high(keymap.of([{ key: "Escape", run: close }])),
      EditorView.domEventHandlers({
        blur: (_event, view) => {
          close(view);
          return false;
        },
      }),
    ],
    show: (view) => {
      ask(view, services, true).catch(onError);
    },
  };
}

/** The completion popup: candidates of the kernel, and words of the cell while it cannot answer. */
import {
  autocompletion,
  type CompletionContext,
  type CompletionResult,
  closeCompletion,
  completeAnyWord,
  completionKeymap,
  completionStatus,
  type Completion as EditorCompletion,
} from "@codemirror/autocomplete";
import { type Extension, Prec } from "@codemirror/state";
import { type KeyBinding, keymap } from "@codemirror/view";
import type { Completion } from "../contracts/generated.ts";
import type { EditorServices } from "./services.ts";

const MAX_SHOWN = 300;

export function kernelCompletion(services: EditorServices, onError: (error: unknown) => void): Extension {
  const source = async (context: CompletionContext): Promise<CompletionResult | null> => {
    const before = context.matchBefore(/(?:[\w)\]"']\.|\w|%)\w*$/);
    if (!before && !context.explicit) return null;
    if (!services.isReady()) return completeAnyWord(context);
    const text = context.state.doc.toString();
    try {
      const found = await services.complete(text, context.pos);
      return context.aborted ? null : resultOf(found, text, services);
    } catch (error) {
      onError(error);
      return null;
    }
  };
  return autocompletion({ ...popupOptions, override: [source], activateOnTypingDelay: 150 });
}

/** The same for every language. */
export const popupOptions = {
  defaultKeymap: false,
  icons: true,
  maxRenderedOptions: MAX_SHOWN,
  tooltipClass: () => "nb-completions",
};

/** Escape closes a popup that shows; one that is still being asked for must not keep it from leaving the editor. */
const keys: readonly KeyBinding[] = [
  ...completionKeymap.filter(({ key }) => key !== "Escape"),
  {
    key: "Escape",
    run: (view) => {
      const isShown = completionStatus(view.state) === "active";
      closeCompletion(view);
      return isShown;
    },
  },
];

export const completionKeys: Extension = Prec.highest(keymap.of(keys));

function resultOf(found: Completion[], text: string, services: EditorServices): CompletionResult | null {
  const [first] = found;
  if (!first) return null;
  const options = found
    .filter(({ start }) => start === first.start)
    .map((completion, index) => optionOf(completion, index, text, services));
  return { from: first.start, to: first.end, options, validFor: /^\w*$/ };
}

function optionOf(
  { text: label, type, signature, start, end }: Completion,
  index: number,
  source: string,
  services: EditorServices,
): EditorCompletion {
  const completed = source.slice(0, start) + label + source.slice(end);
  return {
    label,
    type: type || "text",
    detail: signature || undefined,
    // The kernel's order is the better one among equally good matches.
    boost: -index / MAX_SHOWN,
    info: async () => {
      if (!services.isReady()) return null;
      const { data } = await services.inspect(completed, start + label.length);
      return Object.keys(data).length > 0 ? services.render(data) : null;
    },
  };
}

/** Documentation of the name below the pointer. */
import { syntaxTree } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { hoverTooltip } from "@codemirror/view";
import type { EditorServices } from "./services.ts";

const HOVER_MILLISECONDS = 500;

export function hoverDocumentation(services: EditorServices, onError: (error: unknown) => void): Extension {
  return hoverTooltip(
    async (view, position, side) => {
      const node = syntaxTree(view.state).resolveInner(position, side);
      if (!/^(VariableName|PropertyName)$/.test(node.name) || !services.isReady()) return null;
      try {
        const { data } = await services.inspect(view.state.doc.toString(), node.to);
        if (Object.keys(data).length === 0) return null;
        return {
          pos: node.from,
          end: node.to,
          above: true,
          create: () => ({ dom: boxOf(services.render(data)) }),
        };
      } catch (error) {
        onError(error);
        return null;
      }
    },
    { hoverTime: HOVER_MILLISECONDS, hideOnChange: true },
  );
}

export function boxOf(content: HTMLElement): HTMLElement {
  const box = document.createElement("div");
  box.className = "nb-documentation";
  box.append(content);
  return box;
}

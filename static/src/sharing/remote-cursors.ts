/** The others' cursors and selections in a cell's editor, and one's own for them. */
import { StateEffect } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";
import { YSyncConfig, yRemoteSelections, yRemoteSelectionsTheme, ySyncFacet } from "y-codemirror.next";
import type { Awareness } from "y-protocols/awareness";
import type * as Y from "yjs";
import { readState } from "./person.ts";

/** Shows them in an editor that is on the page already; they leave with it. */
export function showRemoteCursors(
  view: EditorView,
  cellId: string,
  text: Y.Text,
  awareness: Awareness,
): void {
  const config = new YSyncConfig(text, new CellAwareness(awareness, cellId));
  view.dispatch({
    effects: StateEffect.appendConfig.of([ySyncFacet.of(config), yRemoteSelectionsTheme, yRemoteSelections]),
  });
}

/** What y-codemirror.next uses of an awareness: cursors carry their cell, and only states that are whole are shown. */
class CellAwareness implements Pick<Awareness, "on" | "off" | "doc" | "getLocalState"> {
  readonly #awareness: Awareness;
  readonly #cellId: string;
  readonly doc: Y.Doc;

  constructor(awareness: Awareness, cellId: string) {
    this.#awareness = awareness;
    this.#cellId = cellId;
    this.doc = awareness.doc;
  }

  on(...listened: Parameters<Awareness["on"]>): void {
    this.#awareness.on(...listened);
  }

  off(...listened: Parameters<Awareness["off"]>): void {
    this.#awareness.off(...listened);
  }

  getLocalState(): Record<string, unknown> | null {
    return this.#awareness.getLocalState();
  }

  setLocalStateField(field: string, value: object | null): void {
    this.#awareness.setLocalStateField(field, value && { ...value, cell_id: this.#cellId });
  }

  getStates(): Map<number, unknown> {
    const shown = new Map<number, unknown>();
    for (const [clientId, raw] of this.#awareness.getStates()) {
      const state = readState(raw);
      if (state?.cursor?.cell_id !== this.#cellId) continue;
      shown.set(clientId, {
        cursor: state.cursor,
        user: { name: state.user.name, ...shades(state.user.color) },
      });
    }
    return shown;
  }
}

/** On dark ground a colour is made lighter, so that a thin line can be seen. */
function shades(color: string): { color: string; colorLight: string } {
  return {
    color: `light-dark(${color}, color-mix(in oklab, ${color}, white 40%))`,
    colorLight: `color-mix(in srgb, ${color} 28%, transparent)`,
  };
}

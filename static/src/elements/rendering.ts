/** How cells show outputs, Markdown and documentation: the seam between the elements and the renderers. */
import type { MimeBundle, Output } from "../document/notebook.ts";

export interface OutputView {
  update(outputs: readonly Output[]): void;
}

export interface Rendering {
  outputs(host: HTMLElement, cellId: string): OutputView;
  markdown(source: string, attachments?: Record<string, MimeBundle>): HTMLElement;
  bundle(data: MimeBundle): HTMLElement;
}

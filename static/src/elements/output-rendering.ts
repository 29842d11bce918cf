/** The renderers of outputs, given what they need from one open notebook. */
import type { MimeBundle } from "../document/notebook.ts";
import { renderHighlighted } from "../editor/highlight.ts";
import type { FrameFactory } from "../outputs/frames.ts";
import { renderMarkdown } from "../outputs/markdown.ts";
import type { OutputContext } from "../outputs/output.ts";
import { OutputArea, renderOutput } from "../outputs/render.ts";
import { widgetModelsOf } from "../outputs/widgets/models.ts";
import type { NotebookSession } from "../session/session.ts";
import type { OutputView, Rendering } from "./rendering.ts";

export class OutputRendering implements Rendering {
  readonly #session: NotebookSession;
  readonly #frames: FrameFactory;
  readonly #life = new AbortController();

  constructor(session: NotebookSession, frames: FrameFactory) {
    this.#session = session;
    // Python tells of each widget once; whoever listens only when one is shown has missed it.
    widgetModelsOf(session.kernel);
    this.#frames = frames;
  }

  /** Closes the frames of this notebook. */
  close(): void {
    this.#life.abort();
  }

  outputs(host: HTMLElement, cellId: string): OutputView {
    const session = this.#session;
    const context = {
      ...this.#context(),
      // What did not come from this kernel came with a file, or from somebody: its scripts wait for a click.
      get trusted() {
        return session.didRunHere(cellId);
      },
      get executionCount() {
        return session.notebook.cell(cellId)?.executionCount ?? null;
      },
    };
    return new OutputArea(host, context);
  }

  markdown(source: string, attachments?: Record<string, MimeBundle>): HTMLElement {
    return renderMarkdown(source, attachments, { highlight: renderHighlighted });
  }

  bundle(data: MimeBundle): HTMLElement {
    return renderOutput({ output_type: "display_data", data, metadata: {} }, this.#context());
  }

  #context(): OutputContext {
    return {
      comm: this.#session.kernel,
      trusted: false,
      frames: this.#frames,
      blobs: this.#session.blobs,
      highlight: renderHighlighted,
      signal: this.#life.signal,
    };
  }
}

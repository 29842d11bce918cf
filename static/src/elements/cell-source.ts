/**
 * A cell's source on the page: a still picture first, the live editor once a pointer or the cursor goes there.
 *
 * An editor listens to every scroll and resize of the page, so a page of live ones is slow to draw.
 */
import type { Cell } from "../document/notebook.ts";
import type { CellEditor } from "../editor/editor.ts";
import type { FoundRange } from "../editor/find-marks.ts";
import { renderHighlighted } from "../editor/highlight.ts";
import type { EditorServices } from "../editor/services.ts";

export interface CellSourceOptions {
  services: EditorServices;
  tooltipParent: HTMLElement;
  onLeave(direction: "up" | "down"): void;
  onError(error: unknown): void;
}

export class CellSource {
  static #editorModule: Promise<typeof import("../editor/editor.ts")> | null = null;

  readonly element = document.createElement("div");
  readonly #options: CellSourceOptions;
  readonly #still = document.createElement("div");
  #life: AbortController | null = null;
  #editor: CellEditor | null = null;
  #loading: Promise<CellEditor> | null = null;
  #cell: Cell | null = null;
  #label = "";
  #language = "";
  #showsLineNumbers = false;
  #drawn = "";
  #found: readonly FoundRange[] = [];

  constructor(options: CellSourceOptions) {
    this.#options = options;
    this.element.className = "cell-source";
    this.#still.className = "cm-still";
    this.element.append(this.#still);
    this.element.addEventListener("pointerenter", () => this.mount().catch(options.onError), { once: true });
    this.#still.addEventListener("mousedown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      const { clientX: x, clientY: y } = event;
      this.focus({ x, y }).catch(options.onError);
    });
  }

  /** Loads what all editors share, so that the first one is there at once. */
  static async load(): Promise<typeof import("../editor/editor.ts")> {
    CellSource.#editorModule ??= import("../editor/editor.ts");
    return await CellSource.#editorModule;
  }

  /** The editor when it is mounted. */
  get editor(): CellEditor | null {
    return this.#editor;
  }

  update(cell: Cell, label: string, showsLineNumbers: boolean): void {
    const language = cell.type === "code" ? cell.language : cell.type;
    if (language !== this.#language && this.#editor) this.#unmount();
    this.#cell = cell;
    if (label !== this.#label && this.#editor) this.#editor.label = label;
    this.#label = label;
    this.#language = language;
    this.element.classList.toggle("wraps", cell.type !== "code");
    if (showsLineNumbers !== this.#showsLineNumbers && this.#editor)
      this.#editor.lineNumbers = showsLineNumbers;
    this.#showsLineNumbers = showsLineNumbers;
    this.#still.classList.toggle("numbered", showsLineNumbers);
    if (!this.#editor) this.#drawStill();
  }

  /** Mounts the editor; joins a mounting under way. */
  mount(): Promise<CellEditor> {
    this.#loading ??= CellSource.load().then(({ CellEditor }) => {
      const cell = this.#cell;
      if (!cell || !this.element.isConnected) {
        this.#loading = null;
        throw new DOMException("The cell is gone.", "AbortError");
      }
      this.#life = new AbortController();
      this.#editor = new CellEditor(
        {
          parent: this.element,
          root: this.element.getRootNode() as ShadowRoot,
          text: cell.text,
          language: this.#language,
          label: this.#label,
          placeholder: placeholderOf(cell),
          lineNumbers: this.#showsLineNumbers,
          ...this.#options,
        },
        this.#life.signal,
      );
      this.#still.remove();
      if (this.#found.length > 0) this.#editor.showFound(this.#found);
      this.element.dispatchEvent(new Event("mounted", { bubbles: true }));
      return this.#editor;
    });
    return this.#loading;
  }

  /** Puts the cursor into the editor: where it was, at an end, or below a point of the screen. */
  async focus(place?: "start" | "end" | { x: number; y: number }): Promise<void> {
    const editor = await this.mount();
    if (typeof place === "object") {
      const position = editor.view.posAtCoords(place) ?? editor.view.state.doc.length;
      editor.view.dispatch({ selection: { anchor: position } });
      return editor.focus();
    }
    editor.focus(place);
  }

  showFound(ranges: readonly FoundRange[]): void {
    this.#found = ranges;
    this.#editor?.showFound(ranges);
    if (ranges.length > 0 && !this.#editor) this.mount().catch(this.#options.onError);
  }

  #unmount(): void {
    this.#life?.abort();
    this.#life = null;
    this.#editor = null;
    this.#loading = null;
    this.#drawn = "";
    this.element.replaceChildren(this.#still);
  }

  dispose(): void {
    this.#unmount();
  }

  #drawStill(): void {
    const source = this.#cell?.source ?? "";
    const drawn = `${this.#language}\n${source}`;
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    renderHighlighted(this.#still, source, this.#language);
    this.#still.classList.toggle("empty", source === "");
    const [line] = this.#still.children;
    if (source === "" && line instanceof HTMLElement && this.#cell)
      line.dataset["placeholder"] = placeholderOf(this.#cell);
  }
}

function placeholderOf({ type, language }: Cell): string {
  if (type === "markdown") return "Write Markdown…";
  if (type === "raw") return "Raw text";
  return language === "python" ? "" : `${language.toUpperCase()}…`;
}

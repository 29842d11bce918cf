/** One output on the page: takes a newer version of itself without being drawn anew where it can. */
import { textOf } from "./mime.ts";
import type { Output, OutputContext } from "./output.ts";
import { renderOutput } from "./render.ts";
import { TerminalView } from "./text/terminal-view.ts";

export class OutputView {
  readonly element = document.createElement("div");
  readonly #life = new AbortController();
  readonly #stream: TerminalView | null = null;
  #output: Output;

  constructor(output: Output, context: OutputContext) {
    this.#output = output;
    this.element.className = "nb-output";
    this.element.dataset["kind"] = output.output_type;
    const signal = context.signal ? AbortSignal.any([context.signal, this.#life.signal]) : this.#life.signal;
    if (output.output_type === "stream") {
      this.#stream = new TerminalView(`nb-stream nb-${output.name}`, signal);
      this.#stream.set(output.text);
      this.element.append(this.#stream.element);
    } else this.element.append(renderOutput(output, { ...context, signal }));
  }

  get lineCount(): number {
    return this.#stream?.lineCount ?? 0;
  }

  /** Whether this view now shows `output`. */
  take(output: Output): boolean {
    if (output === this.#output) return true;
    const before = this.#output;
    if (output.output_type !== "stream" || before.output_type !== "stream" || output.name !== before.name)
      return false;
    this.#output = output;
    if (output.text !== before.text) this.#stream!.set(output.text);
    return true;
  }

  /** What "copy" gives: the text as it was written, without colours. */
  get text(): string {
    const output = this.#output;
    if (output.output_type === "stream") return withoutEscapes(output.text);
    if (output.output_type === "error") return withoutEscapes(output.traceback.join("\n"));
    const { data } = output;
    const plain = data["text/plain"] ?? data["text/markdown"] ?? data["text/latex"] ?? data["text/html"];
    return plain === undefined ? textOf(data["application/json"]) : withoutEscapes(textOf(plain));
  }

  dispose(): void {
    this.#life.abort();
    this.element.remove();
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one.
const ESCAPES = /\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)/g;

function withoutEscapes(text: string): string {
  return text.replaceAll(ESCAPES, "");
}

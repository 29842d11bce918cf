/** Where an error happened: the cell that shows one, and the line its traceback names. */
import type { Cell, ErrorOutput } from "../document/notebook.ts";

export interface ErrorPlace {
  cellId: string;
  /** From 1; null when the traceback does not say. */
  line: number | null;
}

export function firstErrorOf(cells: Iterable<Pick<Cell, "id" | "outputs">>): ErrorPlace | null {
  for (const { id, outputs } of cells) {
    const error = outputs.find((output) => output.output_type === "error");
    if (error) return { cellId: id, line: lineOf(error) };
  }
  return null;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: tracebacks carry ANSI colours.
const ANSI = /\u001b\[[\d;]*m/g;

/** The line of the frame nearest to the cell's own code: IPython writes "Cell In[3], line 2" for it. */
export function lineOf({ traceback }: Pick<ErrorOutput, "traceback">): number | null {
  const text = traceback.join("\n").replace(ANSI, "");
  const found = /Cell In\s?\[\d+\], line (\d+)/.exec(text) ?? /<ipython-input[^>]*> .*line (\d+)/.exec(text);
  return found ? Number(found[1]) : null;
}

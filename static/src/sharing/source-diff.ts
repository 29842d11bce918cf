/** Two states of a cell's source as one text: lines that went, lines that came, and some around them. */
import { diffLines } from "diff";
import { html, type TemplateResult } from "lit";

/** Of longer stretches that are the same only this many lines are shown at each end. */
const CONTEXT_LINES = 3;

export interface DiffLine {
  readonly mark: "+" | "-" | " " | "…";
  readonly text: string;
}

/** Lines in reading order; "…" stands for lines left out, and says how many. */
export function diffOf(before: string, after: string): DiffLine[] {
  const parts = diffLines(ended(before), ended(after));
  return parts.flatMap((part, index) => {
    const lines = part.value.split("\n").slice(0, -1);
    if (part.added) return lines.map((text): DiffLine => ({ mark: "+", text }));
    if (part.removed) return lines.map((text): DiffLine => ({ mark: "-", text }));
    const head = index === 0 ? 0 : CONTEXT_LINES;
    const tail = index === parts.length - 1 ? 0 : CONTEXT_LINES;
    return shortened(lines, head, tail);
  });
}

/** Marks are read aloud as words; colours only repeat them. */
export function sourceDiff(before: string, after: string): TemplateResult {
  return html`<div class="diff" role="list" aria-label="Changed lines">
    ${diffOf(before, after).map(({ mark, text }) => LINES[mark](text))}
  </div>`;
}

const line = (kind: string, mark: string, words: string) => (text: string) =>
  html`<div role="listitem" class="diff-line ${kind}"><span class="diff-mark" aria-label=${words}>${mark}</span>${text}</div>`;

const LINES: Record<DiffLine["mark"], (text: string) => TemplateResult> = {
  "+": line("diff-added", "+", "added:"),
  "-": line("diff-removed", "−", "removed:"),
  " ": line("", " ", ""),
  "…": line("diff-left-out", "…", ""),
};

/** The last line counts as ended, or it would differ from the same line in the middle. */
const ended = (source: string): string => (source === "" || source.endsWith("\n") ? source : `${source}\n`);

function shortened(lines: readonly string[], head: number, tail: number): DiffLine[] {
  const same = (text: string): DiffLine => ({ mark: " ", text });
  const left = lines.length - head - tail;
  // One line more says as much as a line that says it was left out.
  if (left <= 1) return lines.map(same);
  return [
    ...lines.slice(0, head).map(same),
    { mark: "…", text: `${left} lines unchanged` },
    ...lines.slice(lines.length - tail).map(same),
  ];
}

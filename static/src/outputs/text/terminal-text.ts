/** Lines as a terminal would show them: carriage return, backspace, erasing and moving up rewrite what stands there. */
import { applySgr, PLAIN, type TextStyle } from "./sgr.ts";

export interface StyledSpan {
  start: number;
  end: number;
  style: TextStyle;
}

export interface TerminalLine {
  text: string;
  /** In order, not overlapping; text outside of them is plain. */
  spans: StyledSpan[];
  /** Where the line began in the raw text, and the style then: from here it can be written again. */
  rawStart: number;
  styleAtStart: TextStyle;
}

const ESC = "\u001b";
const BEL = "\u0007";
const CONTROL = new RegExp(
  [
    `${ESC}\\[([0-?]*)[ -/]*([@-~])`, // a control sequence: its parameters, its name
    `${ESC}\\][^${BEL}${ESC}]*(?:${BEL}|${ESC}\\\\)`, // an operating system command, such as a title
    `${ESC}[^[\\]]`,
    "[\\0-\\x08\\n-\\x1f\\x7f]",
  ].join("|"),
  "g",
);
/** An escape sequence that has not fully arrived. */
const UNFINISHED = new RegExp(`${ESC}(?:\\[[0-?]*[ -/]*|\\][^${BEL}${ESC}]{0,2000}${ESC}?)?$`);

export class TerminalText {
  readonly lines: TerminalLine[] = [];
  #raw = "";
  #consumed = 0;
  #row = 0;
  #column = 0;
  #style: TextStyle = PLAIN;
  #movedUp = false;

  constructor() {
    this.#startLine(0);
  }

  /** Shows `raw`, which may have grown or differ at its end; returns the index of the first line that changed. */
  set(raw: string): number {
    let firstChanged = this.#row;
    if (!raw.startsWith(this.#raw)) firstChanged = this.#rewindTo(commonPrefix(this.#raw, raw));
    this.#raw = raw;
    const tail = UNFINISHED.exec(raw.slice(Math.max(this.#consumed, raw.length - 2100)));
    const end = tail ? raw.length - tail[0].length : raw.length;
    return Math.min(firstChanged, this.#write(raw, end));
  }

  /** Goes back to the start of the line that holds the first difference. */
  #rewindTo(same: number): number {
    let index = this.lines.length - 1;
    while (index > 0 && this.lines[index]!.rawStart > same) index--;
    if (this.#movedUp) index = 0;
    const { rawStart, styleAtStart } = this.lines[index]!;
    this.lines.length = index;
    this.#row = index;
    this.#column = 0;
    this.#style = styleAtStart;
    this.#consumed = rawStart;
    this.#movedUp = false;
    this.#startLine(rawStart);
    return index;
  }

  #write(raw: string, end: number): number {
    let highest = this.#row;
    let at = this.#consumed;
    CONTROL.lastIndex = at;
    for (let found = CONTROL.exec(raw); found && found.index < end; found = CONTROL.exec(raw)) {
      this.#put(raw.slice(at, found.index));
      at = found.index + found[0].length;
      this.#control(found, at);
      highest = Math.min(highest, this.#row);
    }
    this.#put(raw.slice(at, end));
    this.#consumed = Math.max(end, at);
    return highest;
  }

  #control([sequence, parameters = "", final]: RegExpExecArray, rawEnd: number): void {
    if (sequence === "\n") {
      this.#row++;
      this.#column = 0;
      if (this.#row === this.lines.length) this.#startLine(rawEnd);
    } else if (sequence === "\r") this.#column = 0;
    else if (sequence === "\b") this.#column = Math.max(0, this.#column - 1);
    else if (final === "m") this.#style = applySgr(this.#style, parameters);
    else if (final === "K") this.#eraseLine(parameters);
    else if (final === "A") this.#moveUp(Number(parameters) || 1);
    else if (final === "B")
      this.#row = Math.min(this.lines.length - 1, this.#row + (Number(parameters) || 1));
    else if (final === "C") this.#column = Math.min(10_000, this.#column + (Number(parameters) || 1));
    else if (final === "D") this.#column = Math.max(0, this.#column - (Number(parameters) || 1));
    else if (final === "G") this.#column = Math.min(10_000, Math.max(0, (Number(parameters) || 1) - 1));
  }

  #moveUp(rows: number): void {
    this.#movedUp = true;
    this.#row = Math.max(0, this.#row - rows);
  }

  #eraseLine(mode: string): void {
    const line = this.lines[this.#row]!;
    if (mode === "2") this.#overwrite(line, 0, " ".repeat(line.text.length), PLAIN);
    else if (mode === "1")
      this.#overwrite(line, 0, " ".repeat(Math.min(this.#column + 1, line.text.length)), PLAIN);
    else {
      line.text = line.text.slice(0, this.#column);
      line.spans = cut(line.spans, this.#column, Number.POSITIVE_INFINITY);
    }
  }

  #put(text: string): void {
    if (text === "") return;
    this.#overwrite(this.lines[this.#row]!, this.#column, text, this.#style);
    this.#column += text.length;
  }

  #overwrite(line: TerminalLine, start: number, text: string, style: TextStyle): void {
    const end = start + text.length;
    if (start === line.text.length) line.text += text;
    else {
      line.text = line.text.slice(0, start).padEnd(start) + text + line.text.slice(end);
      line.spans = cut(line.spans, start, end);
    }
    if (style === PLAIN) return;
    line.spans.push({ start, end, style });
    if (start < line.text.length - text.length) line.spans.sort((a, b) => a.start - b.start);
  }

  #startLine(rawStart: number): void {
    this.lines.push({ text: "", spans: [], rawStart, styleAtStart: this.#style });
  }
}

function cut(spans: readonly StyledSpan[], start: number, end: number): StyledSpan[] {
  return spans.flatMap((span) => {
    const kept: StyledSpan[] = [];
    if (span.start < start) kept.push({ ...span, end: Math.min(span.end, start) });
    if (span.end > end) kept.push({ ...span, start: Math.max(span.start, end) });
    return kept;
  });
}

function commonPrefix(a: string, b: string): number {
  let low = 0;
  let high = Math.min(a.length, b.length);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (a.slice(low, middle) === b.slice(low, middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

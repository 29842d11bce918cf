/**
 * Shows terminal text of any length: blocks of lines that the browser skips while they are far from view.
 * A block far away is one text node (so find-in-page sees it); near, it gets its colours and links.
 */

import { lineNode } from "./line-node.ts";
import { type FindLinks, findWebLinks } from "./links.ts";
import { type TerminalLine, TerminalText } from "./terminal-text.ts";

const LINES_IN_BLOCK = 200;
/** Blocks that are coloured at once, so that short output never changes its look after it appeared. */
const BLOCKS_COLOURED_AT_ONCE = 2;
/** Laying out one line of a million characters takes seconds; copying still gets all of it. */
const MAX_SHOWN_LINE = 20_000;
const NEAR = "600px";

interface Block {
  element: HTMLElement;
  firstLine: number;
  /** How many lines it shows; the next block begins after them. */
  lineCount: number;
  isColoured: boolean;
  isNear: boolean;
}

export class TerminalView {
  readonly element = document.createElement("div");
  readonly #text = new TerminalText();
  readonly #blocks: Block[] = [];
  readonly #blockOf = new WeakMap<Element, Block>();
  readonly #findLinks: FindLinks;
  readonly #near: IntersectionObserver;

  constructor(className: string, signal?: AbortSignal, findLinks: FindLinks = findWebLinks) {
    this.#findLinks = findLinks;
    this.element.className = `nb-text ${className}`;
    this.#near = new IntersectionObserver((entries) => this.#colourNear(entries), { rootMargin: NEAR });
    signal?.addEventListener("abort", () => this.#near.disconnect(), { once: true });
  }

  get lineCount(): number {
    const { lines } = this.#text;
    return lines.length - (lines.at(-1)?.text === "" ? 1 : 0);
  }

  /** Shows `raw`; what is already shown and did not change keeps its nodes. */
  set(raw: string): void {
    this.#show(this.#text.set(raw));
  }

  #show(firstChanged: number): void {
    const total = this.lineCount;
    while (this.#blocks.length > 1 && this.#blocks.at(-1)!.firstLine > Math.min(firstChanged, total))
      this.#dropBlock();
    let block = this.#blocks.at(-1);
    if (!block) {
      if (total === 0) return;
      block = this.#addBlock(0);
    }
    this.#fill(block, firstChanged);
    while (block.firstLine + block.lineCount < total) {
      block = this.#addBlock(block.firstLine + block.lineCount);
      this.#fill(block, block.firstLine);
    }
  }

  #addBlock(firstLine: number): Block {
    const element = document.createElement("div");
    element.className = "nb-text-block";
    const isColoured = this.#blocks.length < BLOCKS_COLOURED_AT_ONCE;
    const block = { element, firstLine, lineCount: 0, isColoured, isNear: false };
    this.#blocks.push(block);
    this.#blockOf.set(element, block);
    this.element.append(element);
    this.#near.observe(element);
    return block;
  }

  #dropBlock(): void {
    const { element } = this.#blocks.pop()!;
    this.#near.unobserve(element);
    element.remove();
  }

  /** Writes the block's lines from `firstChanged` on. */
  #fill(block: Block, firstChanged: number): void {
    const end = Math.min(block.firstLine + LINES_IN_BLOCK, this.lineCount);
    const kept = Math.max(0, Math.min(firstChanged - block.firstLine, block.lineCount));
    block.lineCount = Math.max(0, end - block.firstLine);
    block.element.style.setProperty("--lines", String(block.lineCount));
    if (!block.isColoured && block.isNear && this.#hasLooks(block.firstLine + kept, end)) {
      this.#colour(block, true);
      return;
    }
    if (!block.isColoured) {
      this.#writePlain(block, kept);
      return;
    }
    while (block.element.childNodes.length > kept) block.element.lastChild!.remove();
    block.element.append(...this.#nodes(block.firstLine + kept, end));
  }

  #writePlain(block: Block, kept: number): void {
    const lines = this.#lines(block.firstLine, block.firstLine + block.lineCount);
    const added = lines.slice(kept).map((line) => `${line.text}\n`);
    const node = block.element.firstChild;
    if (!(node instanceof Text)) {
      block.element.replaceChildren(lines.map((line) => `${line.text}\n`).join(""));
      return;
    }
    const keptLength = lines.slice(0, kept).reduce((sum, line) => sum + line.text.length + 1, 0);
    node.replaceData(keptLength, node.length - keptLength, added.join(""));
  }

  #nodes(start: number, end: number): Node[] {
    return this.#lines(start, end).map((line) => lineNode(line, "\n", this.#findLinks));
  }

  #lines(start: number, end: number): TerminalLine[] {
    return this.#text.lines.slice(start, end).map(shortened);
  }

  #colourNear(entries: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      const block = this.#blockOf.get(target);
      if (!block) continue;
      block.isNear = isIntersecting;
      if (block.isColoured === isIntersecting) continue;
      const end = block.firstLine + block.lineCount;
      if (!isIntersecting || this.#hasLooks(block.firstLine, end)) this.#colour(block, isIntersecting);
    }
  }

  #colour(block: Block, isColoured: boolean): void {
    block.isColoured = isColoured;
    block.element.replaceChildren();
    this.#fill(block, block.firstLine);
  }

  /** Whether lines need more than one text node: colours or links. */
  #hasLooks(start: number, end: number): boolean {
    return this.#lines(start, end).some(
      ({ text, spans }) => spans.length > 0 || this.#findLinks(text).length > 0,
    );
  }
}

function shortened(line: TerminalLine): TerminalLine {
  const more = line.text.length - MAX_SHOWN_LINE;
  if (more <= 0) return line;
  const text = `${line.text.slice(0, MAX_SHOWN_LINE)} … ${more.toLocaleString("en")} more characters in this line`;
  return { ...line, text, spans: line.spans.filter(({ end }) => end <= MAX_SHOWN_LINE) };
}

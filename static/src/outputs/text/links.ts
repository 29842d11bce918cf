/** Places in printed text that lead somewhere: web addresses, and cells named in a traceback. */
import type { JumpDetail } from "../output.ts";

export type TextLink = { start: number; end: number } & (
  | { kind: "web"; href: string }
  | ({ kind: "cell" } & JumpDetail)
);

export type FindLinks = (text: string) => TextLink[];

const WEB = /https?:\/\/[^\s<>"'`{}|\\^]+/g;
const CELL = /(?:Cell |File )?In\s?\[(\d+)\](?:, line |:)(\d+)/g;

export function findWebLinks(text: string): TextLink[] {
  if (!text.includes("://")) return [];
  return [...text.matchAll(WEB)].map((found) => {
    const href = withoutTrailingPunctuation(found[0]);
    return { kind: "web", start: found.index, end: found.index + href.length, href };
  });
}

export function findCellLinks(text: string): TextLink[] {
  if (!text.includes("In")) return [];
  return [...text.matchAll(CELL)].map((found) => ({
    kind: "cell",
    start: found.index,
    end: found.index + found[0].length,
    cellHint: Number(found[1]),
    line: Number(found[2]),
  }));
}

/** A sentence may end right after an address, and an address may stand in brackets. */
function withoutTrailingPunctuation(address: string): string {
  let end = address.length;
  while (end > 0) {
    const last = address[end - 1]!;
    const opening = { ")": "(", "]": "[" }[last];
    const isUnbalanced = opening !== undefined && count(address, last, end) > count(address, opening, end);
    if (!/[.,;:!?]/.test(last) && !isUnbalanced) break;
    end--;
  }
  return address.slice(0, end);
}

function count(text: string, character: string, end: number): number {
  return text.slice(0, end).split(character).length - 1;
}

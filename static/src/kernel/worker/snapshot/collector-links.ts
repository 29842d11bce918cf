/**
 * The garbage collector's list of all objects, as distances: two addresses in front of every object are a
 * twelfth of a saved heap once that is compressed, and follow from where the objects lie.
 *
 * Each link is CPython's `PyGC_Head`, which lies in front of its object: the next one's address, then the one's
 * before it, with flags in the low bits of both (Include/internal/pycore_gc.h).
 */
const LINK_BYTES = 8;
const FLAGS = 3;

/**
 * Put the list that `object` is in, frozen, into the order of addresses, and write distances in place of them. Returns
 * where the list's head is, or 0 when the list has another form than expected and is left as it is. The head
 * is the interpreter's own, below `heapBase`, where no object lies.
 */
export function packLinks(words: Uint32Array, object: number, heapBase: number): number {
  const links = linksFrom(words, object - LINK_BYTES);
  const [head, ...others] = links.sort((a, b) => a - b);
  if (head === undefined || others[0] === undefined || head >= heapBase || others[0] < heapBase) return 0;
  links.forEach((at, index) => {
    const distance = (links[index + 1] ?? at) - at;
    words[at >>> 2] = distance | flagsOf(words, at);
    words[(at >>> 2) + 1] = flagsOf(words, at + 4);
  });
  return head;
}

/** Write the addresses back. */
export function unpackLinks(words: Uint32Array, head: number): void {
  let at = head;
  do {
    const distance = addressOf(words, at);
    const next = distance === 0 ? head : at + distance;
    words[at >>> 2] = next | flagsOf(words, at);
    words[(next >>> 2) + 1] = at | flagsOf(words, next + 4);
    at = next;
  } while (at !== head);
}

/** Every link of the ring that `first` is in; none when the way back is another one than the way there. */
function linksFrom(words: Uint32Array, first: number): number[] {
  const links: number[] = [];
  let at = first;
  do {
    const next = addressOf(words, at);
    if (addressOf(words, next + 4) !== at) return [];
    links.push(at);
    at = next;
  } while (at !== first);
  return links;
}

function addressOf(words: Uint32Array, at: number): number {
  return ((words[at >>> 2] ?? 0) & ~FLAGS) >>> 0;
}

function flagsOf(words: Uint32Array, at: number): number {
  return (words[at >>> 2] ?? 0) & FLAGS;
}

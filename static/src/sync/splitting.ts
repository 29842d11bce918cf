/** A large update as several that bring the same, because no message may be larger than every relay takes. */
import * as encoding from "lib0/encoding";
import * as Y from "yjs";

type Struct = ReturnType<typeof Y.decodeUpdate>["structs"][number];

interface Piece {
  client: number;
  clock: number;
  encoded: Uint8Array;
}

/** Bytes that a part has besides its structs: counts, clients, clocks. */
const ROOM_FOR_NUMBERS = 64;

/** Updates of at most `maxBytes`, but for a single value that is larger; each builds on those before it. */
export function split(update: Uint8Array, maxBytes: number): Uint8Array[] {
  if (update.length <= maxBytes) return [update];
  const { structs, ds } = Y.decodeUpdate(update);
  const room = maxBytes - ROOM_FOR_NUMBERS;
  const parts = [new Part()];
  const partWith = (bytes: number): Part => {
    const last = parts.at(-1)!;
    if (last.size === 0 || last.size + bytes <= room) return last;
    parts.push(new Part());
    return parts.at(-1)!;
  };
  for (const struct of inOrder(structs))
    for (const piece of pieces(struct, room)) partWith(piece.encoded.length).add(piece);
  for (const [client, ranges] of ds.clients)
    for (const { clock, len } of ranges) {
      const range = numbers(clock, len);
      partWith(range.length).delete(client, range);
    }
  return parts.map((part) => part.update());
}

/** Each behind those of the same update that it refers to. */
function* inOrder(structs: readonly Struct[]): Generator<Struct> {
  const queues = Map.groupBy(structs, ({ id }) => id.client);
  const ends = new Map([...queues].map(([client, queue]) => [client, endOf(queue.at(-1)!)]));
  const taken = new Map([...queues.keys()].map((client) => [client, 0]));
  const nextOf = (client: number): Struct | undefined => queues.get(client)?.[taken.get(client)!];

  /** What is still to come, and has to come before. */
  const missing = (struct: Struct): Y.ID | undefined =>
    neighbours(struct).find(({ client, clock }) => {
      const next = nextOf(client);
      return next !== undefined && next.id.clock <= clock && clock < ends.get(client)!;
    });

  /** By the client waited for: for which clock of it, and who waits. */
  const waiting = new Map<number, { clock: number; client: number }[]>();
  const ready = [...queues.keys()];
  for (let client = ready.pop(); client !== undefined; client = ready.pop()) {
    for (let struct = nextOf(client); struct !== undefined; struct = nextOf(client)) {
      const before = missing(struct);
      if (before !== undefined) {
        const others = waiting.get(before.client) ?? [];
        waiting.set(before.client, [...others, { clock: before.clock, client }]);
        break;
      }
      taken.set(client, taken.get(client)! + 1);
      yield struct;
    }
    const reached = nextOf(client)?.id.clock ?? Infinity;
    const others = waiting.get(client) ?? [];
    waiting.set(
      client,
      others.filter(({ clock }) => clock >= reached),
    );
    ready.push(...others.filter(({ clock }) => clock < reached).map((each) => each.client));
  }
  // What waits for itself is of no honest document; nothing is left out all the same.
  for (const [client, queue] of queues) yield* queue.slice(taken.get(client));
}

function endOf({ id, length }: Struct): number {
  return id.clock + length;
}

/** What a struct stands beside, and the type it lies in. */
function neighbours(struct: Struct): Y.ID[] {
  if (!(struct instanceof Y.Item)) return [];
  return [struct.origin, struct.rightOrigin, struct.parent].filter((each) => each instanceof Y.ID);
}

/** A struct, or what follows each other in its place. */
function* pieces(struct: Struct, maxBytes: number): Generator<Piece> {
  const encoder = new Y.UpdateEncoderV1();
  struct.write(encoder, 0);
  const encoded = encoder.toUint8Array();
  if (encoded.length <= maxBytes || !(struct instanceof Y.Item) || struct.length < 3) {
    yield { ...struct.id, encoded };
    return;
  }
  const rest = cutInHalf(struct);
  yield* pieces(struct, maxBytes);
  yield* pieces(rest, maxBytes);
}

/** Leaves the first half, and returns the other. */
function cutInHalf(item: Y.Item): Y.Item {
  const { client, clock } = item.id;
  const half = Math.floor(item.length / 2);
  const at = half + (splitsCharacter(item.content, half) ? 1 : 0);
  item.length = at;
  return new Y.Item(
    Y.createID(client, clock + at),
    null,
    Y.createID(client, clock + at - 1),
    null,
    item.rightOrigin,
    item.parent,
    item.parentSub,
    item.content.splice(at),
  );
}

/** Yjs puts a replacement character in the place of each half of a character. */
function splitsCharacter(content: Y.Item["content"], at: number): boolean {
  return content instanceof Y.ContentString && /[\uD800-\uDBFF]/.test(content.str.charAt(at - 1));
}

/** Structs of each client in the order of their clocks, without gaps. */
class Part {
  size = 0;
  readonly #structs = new Map<number, Piece[]>();
  readonly #deleted = new Map<number, Uint8Array[]>();

  add(piece: Piece): void {
    this.#put(this.#structs, piece.client, piece, piece.encoded.length);
  }

  delete(client: number, range: Uint8Array): void {
    this.#put(this.#deleted, client, range, range.length);
  }

  update(): Uint8Array {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, this.#structs.size);
    for (const [client, section] of this.#structs) {
      encoding.writeUint8Array(encoder, numbers(section.length, client, section[0]!.clock));
      for (const { encoded } of section) encoding.writeUint8Array(encoder, encoded);
    }
    encoding.writeVarUint(encoder, this.#deleted.size);
    for (const [client, ranges] of this.#deleted) {
      encoding.writeUint8Array(encoder, numbers(client, ranges.length));
      for (const range of ranges) encoding.writeUint8Array(encoder, range);
    }
    return encoding.toUint8Array(encoder);
  }

  #put<Value>(sections: Map<number, Value[]>, client: number, value: Value, bytes: number): void {
    const section = sections.get(client);
    if (section === undefined) sections.set(client, [value]);
    else section.push(value);
    this.size += bytes + (section === undefined ? ROOM_FOR_NUMBERS : 0);
  }
}

function numbers(...values: number[]): Uint8Array {
  const encoder = encoding.createEncoder();
  for (const value of values) encoding.writeVarUint(encoder, value);
  return encoding.toUint8Array(encoder);
}

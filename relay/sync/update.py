"""The frame guard: walks a Yjs update before the codec, which recurses, may see it.

The codec decodes nested values, and deletes nested types, by recursion: a frame of some 100 kB
overflows its stack and ends the process. So both depths are bounded here, without recursion.
"""

from dataclasses import dataclass
from heapq import heappop, heappush

from .errors import Malformed
from .lib0 import number_bytes
from .places import Id, Place, Places
from .update_walk import MAX_DEPTH, Deleted, Struct, Walk

MAX_ELEMENTS = 1_000_000
"""Of structs and values in one message: reading them takes about a second."""

Roots = frozenset[str]
"""Names of roots to which somebody's changes are confined."""


@dataclass(frozen=True, slots=True)
class Examined:
    """What may reach the codec. Edits that build on others which have not arrived are left out,
    and then it is not `complete`."""

    update: bytes
    complete: bool


class Outside(Exception):
    """An update changes what lies below another root than its author may change."""


def examine(
    update: bytes, places: Places, max_elements: int = MAX_ELEMENTS, only: Roots | None = None
) -> Examined:
    """What of an update may reach the codec; what it adds is entered into `places`.

    Raises Malformed for one that may not, and Outside for one that adds something below another
    root than `only`; then nothing is entered.
    """
    structs, deleted = Walk(update, max_elements).update()
    before = {struct.client: places.ends.get(struct.client, 0) for struct in structs}
    try:
        left = _place(structs, places, only)
    except (Malformed, Outside):
        places.cut(before)
        raise
    known = all(end <= places.ends.get(client, 0) for client, _, end in deleted)
    if known and not left:
        return Examined(update, complete=True)
    for late in left.values():
        structs = [s for s in structs if s.client != late.client or s.clock < late.clock]
    return Examined(_encoded(structs, deleted, places), complete=False)


def _place(structs: list[Struct], places: Places, only: Roots | None) -> dict[int, Struct]:
    """Enter structs in an order in which each one's neighbours are known.

    Returns, by client, the first that cannot be entered.
    """
    queues: dict[int, list[Struct]] = {}
    for struct in structs:
        queues.setdefault(struct.client, []).append(struct)
    for queue in queues.values():
        queue.sort(key=lambda struct: struct.clock, reverse=True)
    waiting: dict[int, list[Id]] = {}  # by the client waited for: (clock, who waits)
    ready = list(queues)
    while ready:
        client = ready.pop()
        queue = queues[client]
        while queue:
            missing = _enter(queue[-1], places, only)
            if missing is not None:
                heappush(waiting.setdefault(missing[0], []), (missing[1], client))
                break
            queue.pop()
        heap = waiting.get(client, [])
        while heap and heap[0][0] < places.ends.get(client, 0):
            ready.append(heappop(heap)[1])
    return {client: queue[-1] for client, queue in queues.items() if queue}


def _encoded(structs: list[Struct], deleted: list[Deleted], places: Places) -> bytes:
    """An update of these structs, and of the deletions of what is known."""
    sections: dict[int, list[Struct]] = {}
    for struct in structs:
        sections.setdefault(struct.client, []).append(struct)
    parts = [number_bytes(len(sections))]
    for client, section in sections.items():
        parts += map(number_bytes, (len(section), client, section[0].clock))
        parts += [struct.encoded for struct in section]
    ranges: dict[int, list[Id]] = {}
    for client, start, end in deleted:
        end = min(end, places.ends.get(client, 0))
        if start < end:
            ranges.setdefault(client, []).append((start, end - start))
    parts.append(number_bytes(len(ranges)))
    for client, pairs in ranges.items():
        parts += map(number_bytes, (client, len(pairs)))
        parts += [number_bytes(number) for pair in pairs for number in pair]
    return b"".join(parts)


def _enter(struct: Struct, places: Places, only: Roots | None) -> Id | None:
    """Enter one struct; or the id that must be known before."""
    end = places.ends.get(struct.client, 0)
    if struct.end <= end:
        return None
    if struct.clock > end:
        return struct.client, struct.clock - 1
    beside = struct.origin or struct.parent
    place = Place(1, struct.root)
    if beside is not None:
        found = places.of(beside)
        if found is None:
            return beside
        place = found if struct.origin else Place(found.depth + 1, found.root)
    if place.depth > MAX_DEPTH:
        raise Malformed(f"Types are nested deeper than {MAX_DEPTH} levels.")
    if only is not None:
        right = places.of(struct.right) if struct.right else place
        if right is None:
            return struct.right
        if not {place.root, right.root} <= only:
            raise Outside
    places.add(struct.client, struct.end, place)
    return None


def check_deletions(update: bytes, places: Places, only: Roots) -> None:
    """Raises Outside when an update deletes something below another root than `only`."""
    _, deleted = Walk(update, MAX_ELEMENTS).update()
    if any(place.root not in only for ids in deleted for place in places.between(*ids)):
        raise Outside

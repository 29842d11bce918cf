"""A large Yjs update as several that bring the same, so that no frame is larger than its bound.

Each builds on those before it, and on what the large one builds on: nobody need keep what came too
early.
"""

import asyncio
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush

from pycrdt import merge_updates

from .lib0 import block_bytes, number_bytes
from .places import Id
from .replica import MAX_STORED_ELEMENTS
from .update_walk import HAS_ORIGIN, Deleted, Struct, Walk

_TEXT, _VALUES = 4, 8
"""Kinds of content of which a part is content too."""
_ROOM_FOR_NUMBERS = 64
"""Bytes that a part has besides its structs: counts, clients, clocks."""


class Splitter:
    """Remembers what it did last: those who join at once ask for the same."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._turn = asyncio.Lock()
        self._last: bytes | None = None
        self._parts: list[bytes] = []

    def merged(self, updates: list[bytes]) -> list[bytes]:
        """As one where that fits: a busy room sends one message for all that a commit wrote, not
        one for each edit."""
        if len(updates) < 2 or sum(map(len, updates)) > self._max_bytes:
            return updates
        return [merge_updates(*updates)]

    async def parts(self, update: bytes) -> list[bytes]:
        """On another thread, where it is large."""
        if len(update) <= self._max_bytes:
            return [update]
        async with self._turn:
            if update is not self._last:
                self._parts = await asyncio.to_thread(split, update, self._max_bytes)
                self._last = update
            return self._parts


def split(update: bytes, max_bytes: int) -> list[bytes]:
    """Updates of at most `max_bytes`, but for a single value that is larger."""
    structs, deleted = Walk(update, MAX_STORED_ELEMENTS).update()
    room = max_bytes - _ROOM_FOR_NUMBERS
    parts = [_Part()]
    for struct in _in_order(structs):
        for piece in _pieces(struct, room):
            if parts[-1].size and parts[-1].size + len(piece.encoded) > room:
                parts.append(_Part())
            parts[-1].add(piece)
    for each in deleted:
        if parts[-1].size > room:
            parts.append(_Part())
        parts[-1].delete(each)
    return [part.update() for part in parts]


def _in_order(structs: list[Struct]) -> Iterator[Struct]:
    """Each behind those of the same update that it refers to."""
    queues: dict[int, deque[Struct]] = {}
    for struct in structs:
        queues.setdefault(struct.client, deque()).append(struct)
    done = {client: queue[0].clock for client, queue in queues.items()}
    end = {client: queue[-1].end for client, queue in queues.items()}

    def missing(struct: Struct) -> Id | None:
        """What is still to come, and has to come before."""
        for client, clock in filter(None, (struct.origin, struct.parent, struct.right)):
            if client in done and done[client] <= clock < end[client]:
                return client, clock
        return None

    waiting: dict[int, list[Id]] = {}  # by the client waited for: (clock, who waits)
    ready = list(queues)
    while ready:
        client = ready.pop()
        queue = queues[client]
        while queue:
            before = missing(queue[0])
            if before is not None:
                heappush(waiting.setdefault(before[0], []), (before[1], client))
                break
            struct = queue.popleft()
            done[client] = struct.end
            yield struct
        heap = waiting.get(client, [])
        while heap and heap[0][0] < done[client]:
            ready.append(heappop(heap)[1])
    # What waits for itself is of no honest document; nothing is left out all the same.
    for queue in queues.values():
        yield from queue


@dataclass
class _Part:
    """Structs of each client in the order of their clocks, without gaps."""

    size: int = 0
    _structs: dict[int, list[Struct]] = field(default_factory=dict)
    _deleted: dict[int, list[bytes]] = field(default_factory=dict)

    def add(self, struct: Struct) -> None:
        section = self._structs.setdefault(struct.client, [])
        self.size += len(struct.encoded) + (0 if section else _ROOM_FOR_NUMBERS)
        section.append(struct)

    def delete(self, deleted: Deleted) -> None:
        client, start, end = deleted
        encoded = number_bytes(start) + number_bytes(end - start)
        section = self._deleted.setdefault(client, [])
        self.size += len(encoded) + (0 if section else _ROOM_FOR_NUMBERS)
        section.append(encoded)

    def update(self) -> bytes:
        parts = [number_bytes(len(self._structs))]
        for client, structs in self._structs.items():
            parts += map(number_bytes, (len(structs), client, structs[0].clock))
            parts += [struct.encoded for struct in structs]
        parts.append(number_bytes(len(self._deleted)))
        for client, ranges in self._deleted.items():
            parts += [number_bytes(client), number_bytes(len(ranges)), *ranges]
        return b"".join(parts)


def _pieces(struct: Struct, max_bytes: int) -> Iterator[Struct]:
    """A struct, or what follows each other in its place."""
    kind = struct.encoded[0] & 0x1F
    if len(struct.encoded) <= max_bytes or kind not in (_TEXT, _VALUES):
        yield struct
        return
    walk = Walk(struct.encoded, MAX_STORED_ELEMENTS)
    info = walk.reader.byte()
    head, right = walk.neighbours(info)
    contents = _texts(walk, max_bytes) if kind == _TEXT else _values(walk, max_bytes)
    clock = struct.clock
    for length, content in contents:
        if clock > struct.clock:
            left = number_bytes(struct.client) + number_bytes(clock - 1)
            head = bytes([info | HAS_ORIGIN]) + left + right
        yield Struct(struct.client, clock, clock + length, None, None, encoded=head + content)
        clock += length


def _texts(walk: Walk, max_bytes: int) -> Iterator[tuple[int, bytes]]:
    """Texts with their lengths in clocks; no character is cut in two."""
    text = walk.reader.block()
    start = 0
    while start < len(text):
        end = min(start + max(4, max_bytes - _ROOM_FOR_NUMBERS), len(text))
        while end < len(text) and text[end] & 0xC0 == 0x80:
            end -= 1
        part = text[start:end]
        yield len(part.decode().encode("utf-16-le")) // 2, block_bytes(part)
        start = end


def _values(walk: Walk, max_bytes: int) -> Iterator[tuple[int, bytes]]:
    """Some values each, with their number."""
    left = walk.reader.number()
    count, start = 0, walk.reader.position
    while left:
        before = walk.reader.position
        walk.values(1)
        if count and walk.reader.position - start > max_bytes - _ROOM_FOR_NUMBERS:
            yield count, number_bytes(count) + walk.reader.data[start:before]
            count, start = 0, before
        count, left = count + 1, left - 1
    yield count, number_bytes(count) + walk.reader.data[start : walk.reader.position]

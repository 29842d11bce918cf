"""One pass over a Yjs update (encoding v1), without recursion: what it adds and what it deletes.

The layout is that of yjs, src/utils/updates.js and src/structs/.
"""

import re
from dataclasses import dataclass

from .errors import Malformed
from .lib0 import Reader
from .places import Id

MAX_DEPTH = 64
"""Of values within values and of types within types; a notebook needs about six."""
_MAX_CLOCK = 2**31
"""The codec counts in 32 bits."""

HAS_ORIGIN, _HAS_RIGHT_ORIGIN, _HAS_PARENT_KEY, _CONTENT = 0x80, 0x40, 0x20, 0x1F
_SKIP = 10
_NAMED_TYPES = (3, 5)  # XML element and hook carry a name
_JSON_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


@dataclass(slots=True)
class Struct:
    client: int
    clock: int
    end: int
    origin: Id | None
    parent: Id | None
    root: str | None = None
    right: Id | None = None
    """Its right neighbour, where it has a left one too: readers differ in whom they believe."""
    encoded: bytes = b""


Deleted = tuple[int, int, int]
"""A client, and the clocks from which up to which its items are deleted."""


class Walk:
    """One pass over the bytes of an update, or of what is in one."""

    def __init__(self, update: bytes, max_elements: int) -> None:
        self.reader = Reader(update)
        self._left = max_elements

    def update(self) -> tuple[list[Struct], list[Deleted]]:
        """Its structs and its deletions."""
        reader = self.reader
        structs: list[Struct] = []
        for _ in range(reader.number()):
            count, client, clock = reader.number(), reader.number(), reader.number(_MAX_CLOCK)
            for _ in range(count):
                start = reader.position
                struct = self._struct(client, clock, reader.byte())
                if not clock < struct.end < _MAX_CLOCK:
                    raise Malformed(f"A struct spans the clocks {clock} to {struct.end}.")
                clock = struct.end
                if reader.data[start] != _SKIP:  # which stands for what the sender lacks itself
                    struct.encoded = reader.data[start : reader.position]
                    structs.append(struct)
        deleted: list[Deleted] = []
        for _ in range(reader.number()):
            client, count = reader.number(), reader.number()
            for _ in range(count):
                self._count(1)
                start = reader.number(_MAX_CLOCK)
                end = start + reader.number(_MAX_CLOCK)
                if end >= _MAX_CLOCK:
                    raise Malformed("A clock is larger than 31 bits.")
                deleted.append((client, start, end))
        reader.end()
        return structs, deleted

    def _struct(self, client: int, clock: int, info: int) -> Struct:
        self._count(1)
        reader = self.reader
        if info == _SKIP or info & _CONTENT == 0:
            return Struct(client, clock, clock + reader.number(_MAX_CLOCK), None, None)
        left = self._id() if info & HAS_ORIGIN else None
        right = self._id() if info & _HAS_RIGHT_ORIGIN else None
        parent, root = (None, None) if left or right else self._parent(info)
        end = clock + self._content(info & _CONTENT)
        beside = right if left else None
        return Struct(client, clock, end, left or right, parent, root, beside)

    def neighbours(self, info: int) -> tuple[bytes, bytes]:
        """An item's encoding up to its content, and of that its right neighbour."""
        start = self.reader.position - 1
        if info & HAS_ORIGIN:
            self._id()
        before = self.reader.position
        if info & _HAS_RIGHT_ORIGIN:
            self._id()
        right = self.reader.data[before : self.reader.position]
        if not info & (HAS_ORIGIN | _HAS_RIGHT_ORIGIN):
            self._parent(info)
        return self.reader.data[start : self.reader.position], right

    def _parent(self, info: int) -> tuple[Id | None, str | None]:
        """The type, or the root, that an item without neighbours lies in."""
        parent = root = None
        if self.reader.number() == 1:
            root = _text(self.reader.block())
        else:
            parent = self._id()
        if info & _HAS_PARENT_KEY:
            _text(self.reader.block())
        return parent, root

    def _id(self) -> Id:
        return self.reader.number(), self.reader.number(_MAX_CLOCK)

    def _content(self, kind: int) -> int:
        """Skip an item's content; its length in clocks."""
        reader = self.reader
        match kind:
            case 1:  # deleted
                return reader.number(_MAX_CLOCK)
            case 2:  # JSON
                count = reader.number(_MAX_CLOCK)
                for _ in range(count):
                    self._json()
                return count
            case 3:  # binary
                reader.block()
            case 4:  # text: Yjs counts UTF-16 units
                return len(_text(reader.block()).encode("utf-16-le")) // 2
            case 5:  # embed
                self._json()
            case 6:  # format
                _text(reader.block())
                self._json()
            case 7:  # type
                if reader.number(below=7) in _NAMED_TYPES:
                    _text(reader.block())
            case 8:  # values
                count = reader.number(_MAX_CLOCK)
                self.values(count)
                return count
            case 9:  # document
                _text(reader.block())
                self.values(1)
            case _:
                raise Malformed(f"There is no content of type {kind}.")
        return 1

    def _json(self) -> None:
        self._count(1)
        text = self.reader.block()
        _text(text)
        brackets = text.count(b"[") + text.count(b"{")
        self._count(brackets)
        if brackets <= MAX_DEPTH:
            return
        depth = 0
        for token in _JSON_TOKEN.findall(text):
            if token in b"[{":
                depth += 1
                if depth > MAX_DEPTH:
                    raise Malformed(f"JSON is nested deeper than {MAX_DEPTH} levels.")
            elif token in b"]}":
                depth -= 1

    def values(self, count: int) -> None:
        """Skip lib0 `any` values."""
        reader = self.reader
        levels = [(count, False)]  # how many are left, and whether each follows a key
        while levels:
            left, keyed = levels.pop()
            if left == 0:
                continue
            levels.append((left - 1, keyed))
            self._count(1)
            if keyed:
                _text(reader.block())
            match reader.byte():
                case 127 | 126 | 121 | 120:  # undefined, null, false, true
                    pass
                case 125:
                    while reader.byte() >= 0x80:
                        pass
                case 124:
                    reader.skip(4)
                case 123 | 122:
                    reader.skip(8)
                case 119:
                    _text(reader.block())
                case 118:
                    levels.append((reader.number(), True))
                case 117:
                    levels.append((reader.number(), False))
                case 116:
                    reader.block()
                case kind:
                    raise Malformed(f"There is no value of type {kind}.")
            if len(levels) > MAX_DEPTH:
                raise Malformed(f"Values are nested deeper than {MAX_DEPTH} levels.")

    def _count(self, elements: int) -> None:
        self._left -= elements
        if self._left < 0:
            raise Malformed("The message has more elements than the relay reads at once.")


def _text(encoded: bytes) -> str:
    try:
        return encoded.decode()
    except UnicodeDecodeError as error:
        raise Malformed("A text is not UTF-8.") from error

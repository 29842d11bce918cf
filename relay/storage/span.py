"""Which bytes of a file are asked for."""

import re
from dataclasses import dataclass

from .errors import OutsideFile

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Span:
    """As in a slice of Python: from `start` (below 0: from the end) to before `end`."""

    start: int = 0
    end: int | None = None

    def within(self, size: int) -> tuple[int, int]:
        """The bytes from and to before, of a file of this size. Raises OutsideFile."""
        start = max(size + self.start, 0) if self.start < 0 else self.start
        end = size if self.end is None else min(self.end, size)
        if start >= end:
            raise OutsideFile(size)
        return start, end


def span_of(header: str | None) -> Span | None:
    """What a Range header asks for; None for the whole file, also where the header asks for
    several parts at once or is none (RFC 9110, 14.2: a server may ignore it)."""
    found = _RANGE.fullmatch((header or "").strip())
    if found is None or found[0] == "bytes=-":
        return None
    first, last = found.groups()
    if not first:
        # The last 0 bytes are none at all.
        return Span(-int(last)) if int(last) else Span(0, 0)
    if last and int(last) < int(first):
        return None
    return Span(int(first), int(last) + 1 if last else None)

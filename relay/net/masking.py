"""A stream of bytes with the secrets that were sent to a host masked: many hosts repeat them."""

import re
from collections.abc import Collection

from relay.secrets import MASK, SHORTEST, spellings

_HEAD_BYTES = 4
"""So much of a spelling is looked for at the end of what came, before all of it is compared."""


class StreamMask:
    """Holds back what could be the beginning of a secret, and passes on everything else at once."""

    def __init__(self, values: Collection[str]) -> None:
        secret = [value for value in values if len(value) >= SHORTEST]
        known = {spelling.encode() for value in secret for spelling in spellings(value)}
        longest_first = sorted(known, key=len, reverse=True)
        self._spelled = longest_first
        self._longest = len(longest_first[0]) if longest_first else 1
        heads = sorted({spelling[:_HEAD_BYTES] for spelling in known})
        self._heads = re.compile(b"|".join(map(re.escape, heads))) if heads else None
        self._known = re.compile(b"|".join(map(re.escape, longest_first))) if known else None
        self._held = b""

    @property
    def is_needed(self) -> bool:
        return self._known is not None

    def feed(self, chunk: bytes) -> bytes:
        """What may be passed on now."""
        if self._known is None:
            return chunk
        text = self._held + chunk
        end = 0
        for found in self._known.finditer(text):
            end = found.end()
        end = self._begins(text, end)
        self._held = text[end:]
        return self._known.sub(MASK.encode(), text[:end])

    def _begins(self, text: bytes, start: int) -> int:
        """Where, from `start` on, the end of the text begins to be that of a secret's beginning."""
        assert self._heads is not None
        start = max(start, len(text) - self._longest + 1)
        while (found := self._heads.search(text, start)) is not None:
            if self._is_beginning(text[found.start() :]):
                return found.start()
            start = found.start() + 1
        for at in range(max(start, len(text) - _HEAD_BYTES + 1), len(text)):
            if self._is_beginning(text[at:]):
                return at
        return len(text)

    def _is_beginning(self, text: bytes) -> bool:
        return any(spelling.startswith(text) for spelling in self._spelled)

    def whole(self, text: str) -> str:
        """All of a short text, such as a header."""
        if self._known is None:
            return text
        return self._known.sub(MASK.encode(), text.encode()).decode()

    def end(self) -> bytes:
        """The rest."""
        held, self._held = self._held, b""
        return held

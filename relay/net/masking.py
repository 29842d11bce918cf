"""A stream of bytes with the secrets that were sent to a host masked: many hosts repeat them."""

import re
from collections.abc import Collection

from relay.secrets import MASK, SHORTEST, spellings


class StreamMask:
    """Holds back so much of the stream as could be the beginning of a secret."""

    def __init__(self, values: Collection[str]) -> None:
        secret = [value for value in values if len(value) >= SHORTEST]
        known = {spelling.encode() for value in secret for spelling in spellings(value)}
        longest_first = sorted(known, key=len, reverse=True)
        self._longest = len(longest_first[0]) if longest_first else 1
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
        end = max(0, len(text) - self._longest + 1)
        for found in self._known.finditer(text):
            end = max(end, found.end())
        self._held = text[end:]
        return self._known.sub(MASK.encode(), text[:end])

    def whole(self, text: str) -> str:
        """All of a short text, such as a header."""
        if self._known is None:
            return text
        return self._known.sub(MASK.encode(), text.encode()).decode()

    def end(self) -> bytes:
        """The rest."""
        held, self._held = self._held, b""
        return held

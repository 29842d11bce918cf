"""Text that a model reads: its beginning and its end, and how much between them was left out."""

import re

_TERMINAL = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")


def bounded(text: str, most: int) -> str:
    """At most about `most` characters, the end of which tells more than the beginning."""
    if len(text) <= most:
        return text
    head = most // 3
    left_out = len(text) - most
    return f"{text[:head]}\n[… {left_out} characters left out …]\n{text[len(text) - most + head :]}"


def plain_text(text: str) -> str:
    """Without the colours and other orders to a terminal."""
    return _TERMINAL.sub("", text)


class BoundedText:
    """Takes text piece by piece and holds only what `bounded` would show of the whole."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._head = ""
        self._tail = ""
        self._left_out = 0

    def add(self, text: str) -> None:
        room = self._most // 3 - len(self._head)
        self._head, rest = self._head + text[: max(room, 0)], text[max(room, 0) :]
        self._tail += rest
        excess = len(self._tail) - (self._most - self._most // 3)
        # Cut now and then: each cut copies what is kept.
        if excess > self._most:
            self._cut(excess)

    def clear(self) -> None:
        self._head = self._tail = ""
        self._left_out = 0

    @property
    def is_cut(self) -> bool:
        return str(self) != self._head + self._tail

    def __str__(self) -> str:
        excess = len(self._tail) - (self._most - self._most // 3)
        if excess > 0:
            self._cut(excess)
        if not self._left_out:
            return self._head + self._tail
        return f"{self._head}\n[… {self._left_out} characters left out …]\n{self._tail}"

    def _cut(self, excess: int) -> None:
        self._tail = self._tail[excess:]
        self._left_out += excess

"""The edits of a room that are on their way to the disk, in their order."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from .client import Client
from .store import Append


@dataclass(frozen=True, slots=True)
class _Edit:
    append: Append
    author: Client


class Unsaved:
    """Counts from one on, so that a receipt can be due at a number of edits."""

    def __init__(self) -> None:
        self.offered = self.saved = 0
        self._edits: deque[_Edit] = deque()
        self._taken = self._edits

    def __bool__(self) -> bool:
        return bool(self._edits)

    @property
    def was_forgotten(self) -> bool:
        """Whether what was taken last is nothing to the room any more."""
        return self._taken is not self._edits

    def add(self, append: Append, author: Client) -> None:
        self.offered += 1
        self._edits.append(_Edit(append, author))

    def take(self) -> Sequence[Append]:
        """All of it; it stays until it is written."""
        self._taken = self._edits
        return [edit.append for edit in self._edits]

    def wrote(self) -> Client:
        """The oldest one is on disk; its author."""
        self.saved += 1
        return self._edits.popleft().author

    def forget(self) -> None:
        """Nobody waits for any of them any more."""
        self._edits = deque()
        self.offered = self.saved

"""Where each item of a document lies: how deep, and below which root."""

from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

Id = tuple[int, int]
"""A client, and a clock of it."""


class Place(NamedTuple):
    depth: int
    root: str | None
    """None for what was collected as garbage before it came here: nobody can tell any more."""


class Places:
    """The place of each item, and up to which clock each client is known.

    Per client, ascending clocks at which the place changes: typing is one long run.
    """

    def __init__(self) -> None:
        self._runs: dict[int, tuple[list[int], list[Place]]] = {}
        self.ends: dict[int, int] = {}

    def of(self, item: Id) -> Place | None:
        """The place of an item, None when it is not known."""
        client, clock = item
        if clock >= self.ends.get(client, 0):
            return None
        starts, places = self._runs[client]
        return places[bisect_right(starts, clock) - 1]

    def between(self, client: int, start: int, end: int) -> Iterator[Place]:
        """Of the client's items from `start` up to `end`, as far as they are known."""
        if start < min(end, self.ends.get(client, 0)):
            starts, places = self._runs[client]
            yield from places[bisect_right(starts, start) - 1 : bisect_right(starts, end - 1)]

    def add(self, client: int, end: int, place: Place) -> None:
        """Everything of the client from its known end up to `end` lies at `place`."""
        starts, places = self._runs.setdefault(client, ([], []))
        if not places or places[-1] != place:
            starts.append(self.ends.get(client, 0))
            places.append(place)
        self.ends[client] = end

    def cut(self, ends: dict[int, int]) -> None:
        """Forget what these clients have at or behind these clocks."""
        for client, end in ends.items():
            if end == 0:
                self.ends.pop(client, None)
                self._runs.pop(client, None)
            elif end < self.ends.get(client, 0):
                starts, places = self._runs[client]
                keep = bisect_right(starts, end - 1)
                del starts[keep:], places[keep:]
                self.ends[client] = end

"""What is on disk, on its way to the clients of a room: many edits at once are one message each."""

import asyncio

from .audience import Audience
from .client import Client
from .splitting import Splitter

_INTERVAL_SECONDS = 0.02
"""Sending to all costs more than anything else that is done for an edit, here and at every client.
The first one after a pause does not wait."""


class Broadcast:
    """Shows edits in their order, in at most fifty messages a second."""

    def __init__(self, audience: Audience, splitter: Splitter) -> None:
        self._audience = audience
        self._splitter = splitter
        self._waiting: list[bytes] = []
        self._authors: set[Client | None] = set()
        self._next = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def add(self, update: bytes, author: Client | None = None) -> None:
        """An edit that is on disk; without an author when it came from elsewhere."""
        self._waiting.append(update)
        self._authors.add(author)

    def go_on(self) -> None:
        """Send what was added, now or as soon as it is time."""
        loop = asyncio.get_running_loop()
        if not self._waiting or self._timer is not None:
            return
        if loop.time() < self._next:
            self._timer = loop.call_at(self._next, self._send)
        else:
            self._send()

    async def show(self, update: bytes) -> None:
        """What came from elsewhere, behind all that was added; in parts where it is large."""
        for part in await self._splitter.parts(update):
            self.add(part)
        self.go_on()

    def close(self) -> None:
        """Nobody is there any more."""
        self._waiting.clear()
        if self._timer is not None:
            self._timer.cancel()

    def _send(self) -> None:
        updates, authors = self._waiting, self._authors
        self._waiting, self._authors, self._timer = [], set(), None
        self._next = asyncio.get_running_loop().time() + _INTERVAL_SECONDS
        # One who wrote all of it has it.
        author = authors.pop() if len(authors) == 1 else None
        self._audience.show_edits(self._splitter.merged(updates), but=author)

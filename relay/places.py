"""How many requests somebody may have under way; more wait their turn, up to a limit."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from relay.errors import TooManyRequests

_LONGEST_QUEUE = 64


class Places:
    def __init__(self, per_person: int, wait_seconds: float = 30) -> None:
        self._per_person = per_person
        self._wait_seconds = wait_seconds
        self._people: dict[str, tuple[asyncio.Semaphore, int]] = {}

    @asynccontextmanager
    async def place(self, person: str) -> AsyncIterator[None]:
        """Raises TooManyRequests."""
        free, present = self._people.get(person, (asyncio.Semaphore(self._per_person), 0))
        if present >= self._per_person + _LONGEST_QUEUE:
            raise self._too_many()
        self._people[person] = (free, present + 1)
        try:
            try:
                async with asyncio.timeout(self._wait_seconds):
                    await free.acquire()
            except TimeoutError:
                raise self._too_many() from None
            try:
                yield
            finally:
                free.release()
        finally:
            free, present = self._people.pop(person)
            if present > 1:
                self._people[person] = (free, present - 1)

    def _too_many(self) -> TooManyRequests:
        return TooManyRequests(
            f"You have {self._per_person} requests under way, and others that wait.", 1
        )

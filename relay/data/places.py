"""How much of a connection is used at a time."""

import asyncio

from .declaration import Declaration
from .errors import Busy

_WAIT_SECONDS = 5.0
"""How long a query waits for a place before it is told that there is none."""
_KEPT_PLACES = 16
"""Kept results of a connection that are read at a time; they wait for none of the database's."""


class Places:
    def __init__(self) -> None:
        self._places: dict[tuple[str, bool], asyncio.Semaphore] = {}

    async def take(self, declared: Declaration, *, is_kept: bool) -> asyncio.Semaphore:
        """A place, to be released. Raises Busy."""
        most = _KEPT_PLACES if is_kept else declared.max_queries
        place = self._places.setdefault((declared.name, is_kept), asyncio.Semaphore(most))
        try:
            async with asyncio.timeout(_WAIT_SECONDS):
                await place.acquire()
        except TimeoutError:
            raise Busy(
                f"{declared.name}: all {most} places are taken by queries under way, and none "
                f"came free in {_WAIT_SECONDS:g} seconds.",
                hint="Stop one of them, or try again; the operator can raise max_queries.",
            ) from None
        return place

"""The database as the relay's event loop sees it."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

import structlog

from relay.errors import Unavailable

from .database import Connection, Database, StoreFault

T = TypeVar("T")

_log = structlog.stdlib.get_logger("relay.auth")


class AccessStore:
    """Runs a transaction on another thread. Both raise Unavailable, which says no details: those
    are in the log."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, ask: Callable[[Connection], T]) -> T:
        def run() -> T:
            with self._database.reading() as connection:
                return ask(connection)

        return await self._run(run)

    async def write(self, change: Callable[[Connection], T]) -> T:
        """All of it or, should `change` raise, nothing."""

        def run() -> T:
            with self._database.writing() as connection:
                return change(connection)

        return await self._run(run)

    async def close(self) -> None:
        await asyncio.to_thread(self._database.close)

    async def _run(self, run: Callable[[], T]) -> T:
        try:
            return await asyncio.to_thread(run)
        except StoreFault as fault:
            _log.warning("access store failed", fault=str(fault))
            raise Unavailable(
                "The relay cannot look up who may do what just now.", hint="Try again in a moment."
            ) from fault

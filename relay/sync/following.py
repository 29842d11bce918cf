"""A room that takes what other relays write to its document's log, in the order of the log."""

import asyncio
from typing import Protocol

import structlog

from .errors import Malformed, Quarantined
from .journal import Journal
from .log_position import LogPosition
from .opening import missed
from .store import StoreFault

_log = structlog.stdlib.get_logger("relay.sync")

_LATE_SECONDS = 0.02
"""So long a record may be on its way from another relay before it is read from the log."""


class Reader(Protocol):
    """A room, as its follower sees it."""

    document_id: str
    epoch: str
    position: LogPosition
    turn: asyncio.Lock

    async def take_in(self, sequence: int, update: bytes) -> None:
        """Within a turn: take a record, or a snapshot in place of all up to it."""

    def begin_again(self, why: str) -> None:
        """What is here does not fit what is stored."""


class Follower:
    """Works while the room is behind."""

    def __init__(self, reader: Reader, journal: Journal) -> None:
        self._reader = reader
        self._journal = journal
        self._task: asyncio.Task[None] | None = None

    @property
    def is_busy(self) -> bool:
        return self._task is not None

    def follow(self) -> None:
        """There may be something to take."""
        if self._reader.position.is_behind and self._task is None:
            self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        try:
            while self._reader.position.is_behind:
                await self._take_told()
                if self._reader.position.is_behind:
                    await asyncio.sleep(_LATE_SECONDS)
                    await self._take_told()
                if self._reader.position.is_behind:
                    await self._take_from_log()
        except (StoreFault, Malformed, Quarantined) as fault:
            _log.warning("read again", document_id=self._reader.document_id, fault=str(fault))
            self._reader.begin_again(str(fault))
        finally:
            self._task = None

    async def _take_told(self) -> None:
        reader = self._reader
        async with reader.turn:
            while (update := reader.position.next()) is not None:
                await reader.take_in(reader.position.upto + 1, update)

    async def _take_from_log(self) -> None:
        reader = self._reader
        start = reader.position.upto
        stored = await self._journal.read(lambda store: store.load(reader.document_id, start))
        async with reader.turn:
            for record in missed(reader.document_id, reader.epoch, start, stored):
                await reader.take_in(record.sequence, record.content)

"""A kept result that is read as a database is, within the same limits."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import BinaryIO

from .engine import Chunk, End, Statement
from .errors import DataError

_PART_BYTES = 256 * 1024


class KeptResult:
    """An opened file, closed when it was run, or by `close`."""

    def __init__(
        self,
        *,
        file: BinaryIO,
        rows: int,
        bytes: int,
        more: bool,
        age_seconds: float,
        on_damage: Callable[[], None],
    ) -> None:
        self.rows = rows
        self.bytes = bytes
        self.age_seconds = age_seconds
        self._file = file
        self._more = more
        self._on_damage = on_damage

    def close(self) -> None:
        self._file.close()

    @asynccontextmanager
    async def run(self, statement: Statement) -> AsyncIterator[AsyncIterator[Chunk | End]]:
        """The result of this very statement."""
        try:
            yield self._parts()
        finally:
            self.close()

    async def _parts(self) -> AsyncIterator[Chunk | End]:
        left, rows = self.bytes, self.rows
        while left:
            content = await asyncio.to_thread(self._read, min(left, _PART_BYTES))
            left -= len(content)
            yield Chunk(content, rows)
            rows = 0
        yield End(more=self._more)

    def _read(self, count: int) -> bytes:
        try:
            content = self._file.read(count)
        except (OSError, ValueError) as error:  # ValueError: it was stopped and closed meanwhile
            raise self._damaged() from error
        if len(content) < count:
            raise self._damaged()
        return content

    def _damaged(self) -> DataError:
        self._on_damage()
        return DataError(
            "The result that was kept cannot be read any more.",
            hint="Run the query again: the database is asked then.",
        )

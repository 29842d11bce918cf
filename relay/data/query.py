"""One query under way: a task that reads the database, and what its reader takes from it."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass

import structlog

from wasm_runtime.contracts.data import QueryStatus
from wasm_runtime.errors import WasmRuntimeError

from .engine import END_OF_STREAM, Chunk, End, Source, Statement
from .errors import DataError, QueryCancelled, ResultTooLarge, out_of_time
from .keeping import Keeping

_log = structlog.stdlib.get_logger("relay.data")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    seconds: float
    rows: int
    bytes: int


class Query:
    """Reads one result at the pace of whoever reads `chunks`: at most two parts are held here.

    `on_end` is awaited when it is known how the query ended, before a reader learns of a good end:
    what it raises becomes the query's end. A result that ends well is kept by `keeping`.
    """

    def __init__(
        self,
        query_id: str,
        connection: str,
        owner: str,
        limits: Limits,
        on_end: Callable[["Query"], Awaitable[None]],
        *,
        keeping: Keeping | None = None,
        age_seconds: float | None = None,
        keep_seconds: float = 0,
    ) -> None:
        self.id = query_id
        self.connection = connection
        self.owner = owner
        self.limits = limits
        self.rows = 0
        self.bytes = 0
        self.more = False
        self.failure: WasmRuntimeError | None = None
        self.age_seconds = age_seconds
        """How old a kept result is; None when the database is asked."""
        self.keep_seconds = keep_seconds
        """How long whoever gets the result may keep it."""
        self._on_end = on_end
        self._keeping = keeping
        self._started = time.monotonic()
        self._seconds: float | None = None
        self._parts: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._room = asyncio.Semaphore(1)
        self._task: asyncio.Task[None] | None = None

    def start(self, source: Source, statement: Statement) -> asyncio.Task[None]:
        """Begin; the task ends when the database has let go of everything."""
        self._task = asyncio.create_task(self._run(source, statement))
        return self._task

    def stop(self, reason: WasmRuntimeError) -> None:
        """End now, with an error; the database is told to stop. Without effect after the end."""
        if self._seconds is not None or self._task is None:
            return
        self._end(reason)
        self._task.cancel()
        while not self._parts.empty():
            self._parts.get_nowait()
        self._parts.put_nowait(None)

    async def chunks(self) -> AsyncGenerator[bytes]:
        """The Arrow stream. Raises what the query failed with, after any number of chunks."""
        while (part := await self._parts.get()) is not None:
            yield part
            self._room.release()
        if self.failure is not None:
            raise self.failure

    @property
    def status(self) -> QueryStatus:
        ended = self._seconds is not None
        seconds = self._seconds if ended else time.monotonic() - self._started
        return QueryStatus(
            id=self.id,
            connection=self.connection,
            state="failed" if self.failure else "finished" if ended else "running",
            rows=self.rows,
            bytes=self.bytes,
            seconds=round(seconds or 0, 4),
            more=self.more,
            error=self.failure.body() if self.failure else None,
            position=self.failure.position if isinstance(self.failure, DataError) else None,
            age_seconds=None if self.age_seconds is None else round(self.age_seconds, 3),
        )

    async def _run(self, source: Source, statement: Statement) -> None:
        last = b""
        failure: WasmRuntimeError | None = None
        try:
            last = await self._read(source, statement)
        except asyncio.CancelledError:  # by `stop`, or because the relay is ending
            failure = QueryCancelled(f"{self.connection}: the relay is stopping.")
        except WasmRuntimeError as error:
            failure = error
        except Exception:  # noqa: BLE001  its traceback is logged
            _log.exception("query failed", query=self.id, connection=self.connection)
            failure = DataError(f"{self.connection}: the relay failed to answer.")
        stopped = self._seconds is not None
        if not stopped:
            self._end(failure)
        try:
            await self._on_end(self)
        except WasmRuntimeError as error:
            self.failure = self.failure or error
        await self._keep(is_whole=not stopped and self.failure is None)
        if not stopped:
            if self.failure is None:
                self._parts.put_nowait(last + END_OF_STREAM)
            self._parts.put_nowait(None)

    async def _read(self, source: Source, statement: Statement) -> bytes:
        """Hand on all parts but the last, which is returned: a good end goes with it."""
        limit = asyncio.get_running_loop().call_later(
            self.limits.seconds,
            lambda: self.stop(out_of_time(self.connection, self.limits.seconds)),
        )
        last: bytes | None = None
        try:
            async with source.run(statement) as parts:
                async for part in parts:
                    if isinstance(part, End):
                        self.more = part.more
                        break
                    if last is not None:
                        await self._room.acquire()
                        self._parts.put_nowait(last)
                    last = self._counted(part)
                    if self._keeping is not None:
                        await self._keeping.add(last)
        finally:
            limit.cancel()
        return last or b""

    def _counted(self, part: Chunk) -> bytes:
        self.rows += part.rows
        self.bytes += len(part.content)
        if self.rows > self.limits.rows:
            raise ResultTooLarge(
                f"{self.connection}: the result has more than {self.limits.rows} rows.",
                hint="Filter, aggregate, or ask for the first rows only.",
            )
        if self.bytes > self.limits.bytes:
            raise ResultTooLarge(
                f"{self.connection}: the result is larger than {self.limits.bytes} bytes.",
                hint="Filter, aggregate, or ask for fewer columns.",
            )
        return part.content

    async def _keep(self, *, is_whole: bool) -> None:
        """Before the reader learns of the end: whoever asks again after that finds it."""
        if self._keeping is None:
            return
        if is_whole:
            await self._keeping.finish(rows=self.rows, more=self.more)
        else:
            await self._keeping.drop()

    def _end(self, failure: WasmRuntimeError | None) -> None:
        self.failure = failure
        self._seconds = time.monotonic() - self._started

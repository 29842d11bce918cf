"""What one query promises its reader, on an engine that does as it is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from relay.audit import AuditFault
from relay.data.engine import END_OF_STREAM, Chunk, End, FakeEngine, Statement
from relay.data.errors import (
    DataError,
    QueryCancelled,
    QueryFailed,
    QueryTimeout,
    ResultTooLarge,
)
from relay.data.query import Limits, Query

pytestmark = pytest.mark.anyio

_PARTS = [Chunk(b"schema"), Chunk(b"one", 10), Chunk(b"two", 5)]


class Told:
    """Notes the ends of queries; `fault` is raised on the first."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.states: list[str] = []
        self._fault = fault

    async def __call__(self, query: Query) -> None:
        self.states.append(query.status.state)
        if self._fault:
            raise self._fault


def query_of(told: Told, *, seconds: float = 30, rows: int = 100, size: int = 100) -> Query:
    limits = Limits(seconds=seconds, rows=rows, bytes=size)
    return Query("an-id-of-a-query", "warehouse", "owner", limits, told)


async def taken(query: Query) -> bytes:
    return b"".join([chunk async for chunk in query.chunks()])


async def test_a_whole_result_ends_as_arrow_says() -> None:
    told, engine = Told(), FakeEngine([*_PARTS, End(more=True)])
    query = query_of(told)
    task = query.start(engine, Statement(sql="select"))
    assert await taken(query) == b"schemaonetwo" + END_OF_STREAM
    await task
    status = query.status
    assert (status.state, status.rows, status.more, engine.left) == ("finished", 15, True, 1)
    assert told.states == ["finished"]


@pytest.mark.parametrize("kept", [0, 1, 2, 3])
async def test_an_error_in_the_middle_is_never_a_shorter_table(kept: int) -> None:
    told = Told()
    query = query_of(told)
    query.start(FakeEngine([*_PARTS[:kept], QueryFailed("No.", position=3)]), Statement(sql=""))
    seen = b""
    with pytest.raises(QueryFailed):  # noqa: PT012  what came before is what matters
        async for chunk in query.chunks():
            seen += chunk
    assert not seen.endswith(END_OF_STREAM)
    assert (query.status.state, query.status.position, told.states) == ("failed", 3, ["failed"])


async def test_a_defect_is_an_error_without_details() -> None:
    query = query_of(Told())
    query.start(FakeEngine([_PARTS[0], ZeroDivisionError("password")]), Statement(sql=""))
    with pytest.raises(DataError, match="failed to answer") as failed:
        await taken(query)
    assert "password" not in failed.value.message


async def test_more_rows_or_bytes_than_allowed_are_an_error() -> None:
    for limits in ({"rows": 14}, {"size": 11}):
        query = query_of(Told(), **limits)
        query.start(FakeEngine([*_PARTS, End()]), Statement(sql=""))
        with pytest.raises(ResultTooLarge):
            await taken(query)


async def test_exactly_as_much_as_allowed_is_whole() -> None:
    query = query_of(Told(), rows=15, size=12)
    query.start(FakeEngine([*_PARTS, End()]), Statement(sql=""))
    assert (await taken(query)).endswith(END_OF_STREAM)


class Endless(FakeEngine):
    """Never says that it is done; counts what was taken from it."""

    def __init__(self) -> None:
        super().__init__([])
        self.given = 0

    async def _parts(self) -> AsyncIterator[Chunk | End]:
        while True:
            self.given += 1
            yield Chunk(b"x")
            await asyncio.sleep(0)


async def test_nothing_is_read_ahead_of_a_slow_reader() -> None:
    engine, told = Endless(), Told()
    query = query_of(told, size=10**9)
    task = query.start(engine, Statement(sql=""))
    for _ in range(1000):
        await asyncio.sleep(0)
    assert engine.given <= 3
    query.stop(QueryCancelled("Enough."))
    await task
    assert (engine.left, told.states) == (1, ["failed"])


async def test_a_query_is_stopped_at_its_limit_also_when_nobody_reads() -> None:
    engine, told = Endless(), Told()
    query = query_of(told, seconds=0.05, size=10**9)
    await query.start(engine, Statement(sql=""))
    with pytest.raises(QueryTimeout, match=r"limit of 0\.05 seconds"):
        await taken(query)
    assert engine.left == 1


class Stubborn(FakeEngine):
    """Takes its time to let go, until it is told that it may."""

    def __init__(self) -> None:
        super().__init__([])
        self.may_leave = asyncio.Event()

    @asynccontextmanager
    async def run(self, statement: Statement) -> AsyncIterator[AsyncIterator[Chunk | End]]:
        try:
            yield Endless()._parts()
        finally:
            await self.may_leave.wait()
            self.left += 1


async def test_the_reader_does_not_wait_for_a_database_that_does_not_let_go() -> None:
    engine = Stubborn()
    query = query_of(Told(), size=10**9)
    task = query.start(engine, Statement(sql=""))
    await asyncio.sleep(0)
    query.stop(QueryCancelled("Stopped."))
    query.stop(QueryTimeout("Later, and without effect."))
    with pytest.raises(QueryCancelled):
        await asyncio.wait_for(taken(query), 5)
    assert (engine.left, task.done()) == (0, False)
    engine.may_leave.set()
    await task
    assert engine.left == 1


async def test_a_result_whose_record_cannot_be_kept_has_no_end() -> None:
    query = query_of(Told(AuditFault("The disk is full.")))
    query.start(FakeEngine([*_PARTS, End()]), Statement(sql=""))
    with pytest.raises(AuditFault):
        await taken(query)
    assert query.status.state == "failed"

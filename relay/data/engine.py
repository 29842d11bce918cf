"""What the service asks of a database engine, and a fake of it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

from .parameters import Parameter

END_OF_STREAM = b"\xff\xff\xff\xff\x00\x00\x00\x00"
"""The eight bytes that end an Arrow stream. Only a whole result has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One SQL text with its parameters, bound by the name they have in it (`:name`)."""

    sql: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    seconds: float = 60.0
    """The engine stops by itself after this, should nobody tell it to."""
    first_rows: int | None = None
    """Stop, content, after so many rows."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A part of an Arrow IPC stream: the schema first, then batches."""

    content: bytes
    rows: int = 0


@dataclass(frozen=True, slots=True)
class End:
    """What follows the last chunk; `more` when rows were left in the database."""

    more: bool = False


class Source(Protocol):
    """Where a result comes from.

    A query is a context: leaving it stops the query in the database and frees everything. It is
    entered, read and left in one task. Errors are DataErrors.
    """

    def run(
        self, statement: Statement
    ) -> AbstractAsyncContextManager[AsyncIterator[Chunk | End]]: ...


class Engine(Source, Protocol):
    """One connection's database."""

    async def check(self) -> str:
        """Connect, see that nothing can be written, and return the server's name and version."""


class FakeEngine:
    """Answers every statement with the same chunks; notes what it was asked and what was left."""

    def __init__(self, parts: Sequence[Chunk | End | Exception]) -> None:
        self.parts = parts
        self.asked: list[Statement] = []
        self.left = 0

    @asynccontextmanager
    async def run(self, statement: Statement) -> AsyncIterator[AsyncIterator[Chunk | End]]:
        self.asked.append(statement)
        try:
            yield self._parts()
        finally:
            self.left += 1

    async def check(self) -> str:
        return "fake 1.0"

    async def _parts(self) -> AsyncIterator[Chunk | End]:
        for part in self.parts:
            if isinstance(part, Exception):
                raise part
            yield part

"""`query`: the whole result of one statement as a DataFrame or an Arrow table."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any, Literal, overload

import nanoarrow
import nanoarrow.ipc
import pandas as pd

from wasm_runtime.contracts.data import QueryRequest
from wasm_runtime.contracts.table import MAX_PREVIEW_ROWS

from .age import MaxAge, max_age_seconds, say_age
from .arrow_stream import ArrowStream
from .errors import InterfaceError
from .frame import Decimals, FrameBuilder
from .parameters import parameters_json
from .querying import OpenedQuery, present_querying


@dataclass(frozen=True, kw_only=True)
class QueryResult:
    """A whole result, and where it came from."""

    frame: pd.DataFrame
    connection: str
    seconds: float
    fetched_at: str
    more: bool
    age_seconds: float | None
    """Of a kept result."""
    is_offline: bool


@overload
def query(
    connection: str,
    sql: str,
    /,
    *,
    result: Literal["pandas"] = "pandas",
    decimals: Decimals = "auto",
    max_age: MaxAge = None,
    **parameters: Any,
) -> pd.DataFrame: ...


@overload
def query(
    connection: str,
    sql: str,
    /,
    *,
    result: Literal["arrow"],
    max_age: MaxAge = None,
    **parameters: Any,
) -> nanoarrow.Array: ...


def query(
    connection: str,
    sql: str,
    /,
    *,
    result: Literal["pandas", "arrow"] = "pandas",
    decimals: Decimals = "auto",
    max_age: MaxAge = None,
    **parameters: Any,
) -> Any:
    """The rows of one statement on a connection of the relay; `:name` in the SQL is a parameter.

    `result="arrow"` gives a nanoarrow.Array. With `max_age` ("10 minutes", a timedelta, seconds) a
    kept result that is no older will do; its age is printed. Raises the exceptions of `errors`;
    Stop ends the query in the database.
    """
    _check_result(result)
    opened = open_query(connection, sql, parameters, max_age=max_age)
    read = _arrow(list(opened.parts())) if result == "arrow" else _read(opened, decimals)
    say_age(connection, opened.age_seconds, opened.is_offline)
    return read


async def query_async(
    connection: str,
    sql: str,
    /,
    *,
    result: Literal["pandas", "arrow"] = "pandas",
    decimals: Decimals = "auto",
    max_age: MaxAge = None,
    **parameters: Any,
) -> Any:
    """As `query`, awaited: other tasks go on meanwhile."""
    _check_result(result)
    opened = open_query(connection, sql, parameters, max_age=max_age)
    read: Any
    if result == "arrow":
        read = _arrow([part async for part in opened.parts_async()])
    else:
        reader = _Reader(decimals)
        async for part in opened.parts_async():
            reader.take(part)
        read = reader.frame()
    say_age(connection, opened.age_seconds, opened.is_offline)
    return read


def open_query(
    connection: str,
    sql: str,
    parameters: dict[str, Any],
    *,
    first_rows: int | None = None,
    max_age: MaxAge = None,
) -> OpenedQuery:
    """The query, not begun yet. Raises InterfaceError for what cannot be asked."""
    for name, value in (("connection", connection), ("sql", sql)):
        if not isinstance(value, str):
            raise InterfaceError(
                f"{name}: expected text, got {type(value).__name__}.",
                'query("demo", "select * from sales")',
            )
    bound = parameters_json(parameters)
    request = QueryRequest(
        sql=sql,
        parameters=bound,
        first_rows=first_rows,
        max_age_seconds=max_age_seconds(max_age),
    )
    return present_querying().open(connection, request)


def run_query(
    connection: str,
    sql: str,
    parameters: dict[str, Any],
    *,
    first_rows: int | None = None,
    decimals: Decimals = "auto",
    max_age: MaxAge = None,
    on_first_rows: Callable[[pd.DataFrame], None] | None = None,
) -> QueryResult:
    """The result with what a table says of its source.

    `on_first_rows` is given the first of them, once, when the others are still on their way.
    """
    started = perf_counter()
    opened = open_query(connection, sql, parameters, first_rows=first_rows, max_age=max_age)
    frame = _read(opened, decimals, on_first_rows)
    age = timedelta(seconds=opened.age_seconds or 0)
    return QueryResult(
        frame=frame,
        connection=connection,
        seconds=round(perf_counter() - started, 3),
        fetched_at=(datetime.now(UTC) - age).isoformat(timespec="seconds"),
        more=opened.more,
        age_seconds=opened.age_seconds,
        is_offline=opened.is_offline,
    )


class _Reader:
    def __init__(
        self, decimals: Decimals, on_first_rows: Callable[[pd.DataFrame], None] | None = None
    ) -> None:
        if decimals not in ("auto", "exact", "float"):
            raise InterfaceError(
                f'decimals: expected "auto", "exact" or "float", got {decimals!r}.'
            )
        self._decimals = decimals
        self._stream = ArrowStream()
        self._builder: FrameBuilder | None = None
        self._on_first_rows = on_first_rows

    def take(self, part: bytes) -> None:
        for batch in self._stream.feed(part):
            self._built().add(batch)
        self._tell_of_first_rows()

    def _tell_of_first_rows(self) -> None:
        """Once there are enough to fill a table that is looked at, and more to wait for."""
        tell, builder = self._on_first_rows, self._builder
        if tell and builder and builder.rows >= MAX_PREVIEW_ROWS and not self._stream.is_over:
            self._on_first_rows = None
            tell(builder.first_rows(MAX_PREVIEW_ROWS))

    def frame(self) -> pd.DataFrame:
        self._stream.end()
        return self._built().frame()

    def _built(self) -> FrameBuilder:
        if self._builder is None:
            assert self._stream.types is not None
            self._builder = FrameBuilder(self._stream.types, self._decimals)
        return self._builder


def _read(
    opened: OpenedQuery,
    decimals: Decimals,
    on_first_rows: Callable[[pd.DataFrame], None] | None = None,
) -> pd.DataFrame:
    reader = _Reader(decimals, on_first_rows)
    for part in opened.parts():
        reader.take(part)
    return reader.frame()


def _arrow(parts: list[bytes]) -> nanoarrow.Array:
    stream = ArrowStream()
    for part in parts:
        for _ in stream.feed(part):
            pass
    stream.end()
    readable = io.BytesIO(b"".join(parts))
    return nanoarrow.Array(nanoarrow.ipc.InputStream.from_readable(readable))


def _check_result(result: str) -> None:
    if result not in ("pandas", "arrow"):
        raise InterfaceError(f'result: expected "pandas" or "arrow", got {result!r}.')

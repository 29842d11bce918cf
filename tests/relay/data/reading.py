"""Run a statement to its end, and read what came."""

import asyncio
import io
import time
import warnings
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from decimal import Context, Decimal
from typing import Any

import nanoarrow
import nanoarrow.ipc

from relay.data.engine import END_OF_STREAM, End, Engine, Statement
from relay.data.parameters import Parameter


async def read(
    engine: Engine, sql: str, first_rows: int | None = None, **parameters: Parameter
) -> list[dict[str, Any]]:
    """The rows, each a dict."""
    content, _ = await read_stream(engine, sql, parameters, first_rows)
    return rows_of(content)


async def one(engine: Engine, sql: str, **parameters: Parameter) -> Any:
    """The one value of a one-column row."""
    ((value,),) = [row.values() for row in await read(engine, sql, **parameters)]
    return value


async def read_stream(
    engine: Engine,
    sql: str,
    parameters: Mapping[str, Parameter] | None = None,
    first_rows: int | None = None,
    seconds: float = 30,
) -> tuple[bytes, bool]:
    """The whole stream with its end, and whether there was more."""
    statement = Statement(
        sql=sql, parameters=parameters or {}, first_rows=first_rows, seconds=seconds
    )
    content = b""
    async with engine.run(statement) as parts:
        async for part in parts:
            if isinstance(part, End):
                return content + END_OF_STREAM, part.more
            content += part.content
    raise AssertionError("The parts had no end.")


@asynccontextmanager
async def begun(engine: Engine, sql: str, seconds: float = 30) -> AsyncIterator[AsyncIterator[Any]]:
    """A statement of which the schema has come."""
    async with engine.run(Statement(sql=sql, seconds=seconds)) as parts:
        await anext(parts)
        yield parts


async def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    """Wait for it: the server is told, and need not have done it yet."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


def rows_of(content: bytes) -> list[dict[str, Any]]:
    """The rows of a stream. Raises when its end is missing."""
    assert content.endswith(END_OF_STREAM), "The stream is cut."
    rows: list[dict[str, Any]] = []
    with warnings.catch_warnings():
        # Extension types are read as what they are stored as.
        warnings.simplefilter("ignore")
        stream = nanoarrow.ipc.InputStream.from_readable(io.BytesIO(content))
        for batch in nanoarrow.c_array_stream(stream):
            columns = [_values(batch.child(n)) for n in range(batch.n_children)]
            names = [batch.schema.child(n).name for n in range(batch.n_children)]
            rows += [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
    return rows


def _values(column: Any) -> list[Any]:
    values = list(nanoarrow.Array(column).to_pylist())
    kind = nanoarrow.Schema(column.schema)
    if kind.type != nanoarrow.Type.DECIMAL128:
        return values
    # nanoarrow 0.9 reads a negative decimal as a huge positive one.
    raw = bytes(column.view().buffer(1))
    whole = [
        int.from_bytes(raw[at : at + 16], "little", signed=True) for at in range(0, len(raw), 16)
    ]
    exact = Context(prec=60)
    return [
        None if value is None else Decimal(number).scaleb(-kind.scale, exact)
        for value, number in zip(values, whole, strict=True)
    ]


def types_of(content: bytes) -> dict[str, str]:
    """The Arrow type of each column."""
    stream = nanoarrow.ipc.InputStream.from_readable(io.BytesIO(content))
    schema = nanoarrow.ArrayStream(stream).schema
    return {field.name: str(field).split(": ", 1)[-1].rstrip(">") for field in schema.fields}

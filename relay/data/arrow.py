"""Arrow IPC, written batch by batch, from arrays or from rows of Python values."""

import io
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Context, Decimal
from typing import Any, Literal, TypeAlias

import nanoarrow
from nanoarrow.c_array_stream import CArrayStream
from nanoarrow.ipc import StreamWriter

from .engine import Chunk, End
from .errors import QueryFailed
from .moments import Finite, check_moments
from .views import copied, without_views

Array: TypeAlias = Any
"""A nanoarrow CArray."""


class BatchWriter:
    """Turns batches of one schema into chunks."""

    def __init__(self, schema: Any) -> None:
        self._sink = io.BytesIO()
        self._writer = StreamWriter.from_writable(self._sink)
        self._schema = schema

    def head(self) -> Chunk:
        """The schema: the first chunk of a stream."""
        self._writer.write_stream(CArrayStream.from_c_arrays([], self._schema))
        return self._taken(0)

    def batch(self, batch: Array) -> Chunk:
        self._writer.write_array(batch, write_schema=False)
        return self._taken(len(batch))

    def _taken(self, rows: int) -> Chunk:
        content = self._sink.getvalue()
        self._sink.seek(0)
        self._sink.truncate()
        return Chunk(content, rows)


class Batches:
    """What a driver gives as an Arrow stream, as chunks: at most so many rows. Of times, only those
    are passed on that are among `finite`."""

    def __init__(self, stream: Any, first_rows: int | None, finite: Finite | None = None) -> None:
        self._finite = finite or {}
        self._stream = nanoarrow.c_array_stream(stream)
        schema = self._stream.get_schema()
        self._plain = without_views(schema)
        self._writer = BatchWriter(self._plain or schema)
        self._left = first_rows
        self._cut = False
        self.columns: int = schema.n_children
        self.ended = False
        """The driver has given all there is."""

    def head(self) -> Chunk:
        return self._writer.head()

    def next(self) -> Chunk | End:
        if self._left == 0:
            return End(more=self._cut or bool(self._taken()))
        batch = self._taken()
        if batch is None:
            return End()
        check_moments(batch, self._finite)
        taken = first(batch, self._left)
        self._cut = len(taken) < len(batch)
        if self._left is not None:
            self._left -= len(taken)
        return self._writer.batch(taken)

    def _taken(self) -> Array | None:
        try:
            batch = self._stream.get_next()
        except StopIteration:
            self.ended = True
            return None
        return copied(batch, self._plain) if self._plain else batch


def first(batch: Array, most: int | None) -> Array:
    """The first rows of a batch, all of them without a `most`."""
    if most is None or most >= len(batch):
        return batch
    # Column by column: a slice of the batch alone would be written with its columns whole.
    children = [batch.child(number)[:most] for number in range(batch.n_children)]
    return nanoarrow.c_array_from_buffers(
        batch.schema, most, [None], null_count=0, children=children
    )


ColumnKind = Literal[
    "boolean",
    "integer",
    "unsigned",
    "number",
    "text",
    "digits",
    "bytes",
    "decimal",
    "date",
    "timestamp",
    "instant",
    "duration",
]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of rows: `precision` and `scale` are a decimal's; digits is a decimal too long for
    Arrow's, as text."""

    name: str
    kind: ColumnKind
    precision: int = 38
    scale: int = 0


class RowWriter:
    """Makes chunks of rows; a timestamp is in microseconds, an instant also in UTC."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = columns
        self._writer = BatchWriter(_schema(columns))

    def head(self) -> Chunk:
        return self._writer.head()

    def batch(self, rows: Sequence[Sequence[Any]]) -> Chunk:
        """Raises QueryFailed for a value that its column cannot hold."""
        return self._writer.batch(row_batch(self.columns, rows))


def row_batch(columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> Array:
    """Raises QueryFailed for a value that its column cannot hold."""
    values = zip(*rows, strict=True) if rows else [()] * len(columns)
    children = [
        _array(column, list(column_values))
        for column, column_values in zip(columns, values, strict=True)
    ]
    return nanoarrow.c_array_from_buffers(
        _schema(columns), len(rows), [None], null_count=0, children=children
    )


def _schema(columns: Sequence[Column]) -> Any:
    # A list, not a dict: two columns may have one name.
    return nanoarrow.c_schema(nanoarrow.struct([_field(column) for column in columns]))


def _field(column: Column) -> Any:
    return nanoarrow.c_schema(_TYPES[column.kind](column)).modify(name=column.name)


def _array(column: Column, values: list[Any]) -> Array:
    kind = _TYPES[column.kind](column)
    try:
        convert = _STORED.get(column.kind)
        if convert is None:
            if column.kind == "digits":
                values = [None if value is None else f"{value:f}" for value in values]
            return nanoarrow.c_array(values, kind)
        buffer = convert(column, values)
    except (TypeError, ValueError, OverflowError, AttributeError) as error:
        odd = next((v for v in values if v is not None and not _fits(column, v)), None)
        raise QueryFailed(
            f"Column {column.name!r} holds {odd!r}, which is no {column.kind}.",
            hint="Ask for CAST(column AS TEXT), or CHAR in MySQL, to get it as it is stored.",
        ) from error
    missing = sum(value is None for value in values)
    present = nanoarrow.c_array([value is not None for value in values], nanoarrow.bool_())
    valid = present.view().buffer(1) if missing else None
    return nanoarrow.c_array_from_buffers(kind, len(values), [valid, buffer], null_count=missing)


def _fits(column: Column, value: Any) -> bool:
    convert = _STORED.get(column.kind)
    try:
        if convert is None:
            nanoarrow.c_array([value], _TYPES[column.kind](column))
        else:
            convert(column, [value])
    except (TypeError, ValueError, OverflowError, AttributeError):
        return False
    return True


_DAY_ZERO = date(1970, 1, 1).toordinal()
_EPOCH = datetime(1970, 1, 1)
_EPOCH_UTC = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_EXACT = Context(prec=100)  # the default of 28 digits would round


def _days(column: Column, values: list[Any]) -> Any:
    return array("i", [0 if v is None else v.toordinal() - _DAY_ZERO for v in values])


def _microseconds(column: Column, values: list[Any]) -> Any:
    return array("q", [0 if v is None else (v - _EPOCH) // _MICROSECOND for v in values])


def _instants(column: Column, values: list[Any]) -> Any:
    return array(
        "q",
        [
            0 if v is None else (v.replace(tzinfo=v.tzinfo or UTC) - _EPOCH_UTC) // _MICROSECOND
            for v in values
        ],
    )


def _durations(column: Column, values: list[Any]) -> Any:
    return array("q", [0 if v is None else v // _MICROSECOND for v in values])


def _decimals(column: Column, values: list[Decimal | None]) -> Any:
    whole = [0 if v is None else int(v.scaleb(column.scale, _EXACT)) for v in values]
    return b"".join(value.to_bytes(16, "little", signed=True) for value in whole)


_STORED: dict[ColumnKind, Callable[[Column, list[Any]], Any]] = {
    "date": _days,
    "timestamp": _microseconds,
    "instant": _instants,
    "duration": _durations,
    "decimal": _decimals,
}
_TYPES: dict[ColumnKind, Callable[[Column], Any]] = {
    "boolean": lambda column: nanoarrow.bool_(),
    "integer": lambda column: nanoarrow.int64(),
    "unsigned": lambda column: nanoarrow.uint64(),
    "number": lambda column: nanoarrow.float64(),
    "text": lambda column: nanoarrow.string(),
    "digits": lambda column: nanoarrow.string(),
    "bytes": lambda column: nanoarrow.binary(),
    "decimal": lambda column: nanoarrow.decimal128(column.precision, column.scale),
    "date": lambda column: nanoarrow.date32(),
    "timestamp": lambda column: nanoarrow.timestamp("us"),
    "instant": lambda column: nanoarrow.timestamp("us", "UTC"),
    "duration": lambda column: nanoarrow.duration("us"),
}


def rows_of(content: bytes) -> Iterator[dict[str, Any]]:
    """The rows of a whole stream, for what the relay itself asks of a database."""
    stream = nanoarrow.ipc.InputStream.from_readable(io.BytesIO(content))
    yield from nanoarrow.ArrayStream(stream).read_all().to_pylist()

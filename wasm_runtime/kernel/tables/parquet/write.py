"""A Parquet file of one table, written group by group."""

import base64
import io
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import nanoarrow
import numpy as np
from nanoarrow.c_array_stream import CArrayStream
from nanoarrow.ipc import StreamWriter

from .stored import Stored
from .thrift import Value, i32, i64, list_of, struct, text, varint

_MAGIC = b"PAR1"
_PLAIN, _RLE = 0, 3
_OPTIONAL = 1
_GZIP = 2
_GZIP_WINDOW = 31
_FASTEST = 1


@dataclass(frozen=True)
class ParquetColumn:
    """`part(start, stop)` is a Series of these rows."""

    name: str
    stored: Stored
    part: Callable[[int, int], Any]


def write_parquet(
    sink: BinaryIO, columns: Sequence[ParquetColumn], rows: int, rows_per_group: int = 1 << 17
) -> Iterable[int]:
    """Gives how many bytes are written after each group; the file is whole at the end."""
    columns = _named_apart(columns)
    sink.write(_MAGIC)
    groups = []
    for start in range(0, rows, rows_per_group):
        stop = min(start + rows_per_group, rows)
        groups.append(_group(sink, columns, start, stop))
        yield sink.tell()
    footer = _footer(columns, rows, groups).content
    sink.write(footer + len(footer).to_bytes(4, "little") + _MAGIC)
    yield sink.tell()


def _named_apart(columns: Sequence[ParquetColumn]) -> list[ParquetColumn]:
    """Two columns of one name are allowed in SQL and pandas, and unreadable in Parquet."""
    taken: set[str] = set()
    apart = []
    for column in columns:
        name, number = column.name, 1
        while name in taken:
            number += 1
            name = f"{column.name}_{number}"
        taken.add(name)
        apart.append(ParquetColumn(name, column.stored, column.part))
    return apart


def _group(sink: BinaryIO, columns: Sequence[ParquetColumn], start: int, stop: int) -> Value:
    begin = sink.tell()
    chunks = [_chunk(sink, column, start, stop) for column in columns]
    return struct({1: list_of(chunks), 2: i64(sink.tell() - begin), 3: i64(stop - start)})


def _chunk(sink: BinaryIO, column: ParquetColumn, start: int, stop: int) -> Value:
    """One page with all values of a column in a group."""
    values = column.part(start, stop)
    valid = values.notna().to_numpy(np.bool_)
    there = values if valid.all() else values[valid]
    plain = _levels(valid) + column.stored.encode(there)
    packed = zlib.compress(plain, _FASTEST, _GZIP_WINDOW)
    at = sink.tell()
    page = {1: i32(stop - start), 2: i32(_PLAIN), 3: i32(_RLE), 4: i32(_RLE)}
    header = struct({1: i32(0), 2: i32(len(plain)), 3: i32(len(packed)), 5: struct(page)}).content
    sink.write(header)
    sink.write(packed)
    metadata = {
        1: i32(column.stored.physical),
        2: list_of([i32(_PLAIN), i32(_RLE)]),
        3: list_of([text(column.name)]),
        4: i32(_GZIP),
        5: i64(stop - start),
        6: i64(len(header) + len(plain)),
        7: i64(len(header) + len(packed)),
        9: i64(at),
    }
    return struct({2: i64(at), 3: struct(metadata)})


def _levels(valid: Any) -> bytes:
    """Which values are there: one run of bits, or of the same bit, behind its length."""
    if valid.all():
        run = varint(len(valid) << 1) + b"\x01"
    else:
        bits = np.packbits(valid, bitorder="little").tobytes()
        run = varint(len(bits) << 1 | 1) + bits
    return len(run).to_bytes(4, "little") + run


def _footer(columns: Sequence[ParquetColumn], rows: int, groups: Sequence[Value]) -> Value:
    root = struct({4: text("schema"), 5: i32(len(columns))})
    schema = {1: text("ARROW:schema"), 2: text(_arrow_schema(columns))}
    return struct(
        {
            1: i32(2),
            2: list_of([root, *map(_element, columns)]),
            3: i64(rows),
            4: list_of(groups) if groups else _NO_GROUPS,
            5: list_of([struct(schema)]),
            6: text("wasm-runtime"),
        }
    )


_NO_GROUPS = Value(list_of([struct({})]).code, bytes([struct({}).code]))


def _element(column: ParquetColumn) -> Value:
    stored = column.stored
    numbers = (stored.length, stored.converted, stored.scale, stored.precision)
    length, converted, scale, precision = (None if n is None else i32(n) for n in numbers)
    return struct(
        {
            1: i32(stored.physical),
            2: length,
            3: i32(_OPTIONAL),
            4: text(column.name),
            6: converted,
            7: scale,
            8: precision,
            10: stored.logical,
        }
    )


def _arrow_schema(columns: Sequence[ParquetColumn]) -> str:
    """What Parquet's types leave out, such as a zone's name, for readers that know Arrow."""
    fields = [
        nanoarrow.c_schema(column.stored.arrow).modify(name=column.name) for column in columns
    ]
    head = io.BytesIO()
    with StreamWriter.from_writable(head) as writer:
        schema = nanoarrow.c_schema(nanoarrow.struct(fields))
        writer.write_stream(CArrayStream.from_c_arrays([], schema))
        written = head.getvalue()
    return base64.b64encode(written).decode("ascii")

"""Text and bytes that come as Arrow's views, as DataFusion gives them, copied to plain columns.

nanoarrow 0.9 neither writes view columns nor survives their export, so their memory is read here:
https://arrow.apache.org/docs/format/Columnar.html#variable-size-binary-view-layout
"""

import ctypes
import struct
from typing import Any

import nanoarrow

_PLAIN = {"vu": "u", "vz": "z"}
"""The formats of views, and of what they are copied to."""
_VIEW_BYTES = 16
_INLINE_BYTES = 12


def without_views(schema: Any) -> Any | None:
    """The schema once its views are copied; None for one that has none."""
    columns = [schema.child(number) for number in range(schema.n_children)]
    if not any(column.format in _PLAIN for column in columns):
        return None
    plain = [column.modify(format=_PLAIN.get(column.format, column.format)) for column in columns]
    return schema.modify(children=plain)


def copied(batch: Any, schema: Any) -> Any:
    """The batch of that schema."""
    children = []
    for number in range(batch.n_children):
        column = batch.child(number)
        if column.schema.format in _PLAIN:
            values: list[Any] = _values(column)
            if column.schema.format == "vu":
                values = [None if value is None else value.decode() for value in values]
            column = nanoarrow.c_array(values, schema.child(number))
        children.append(column)
    return nanoarrow.c_array_from_buffers(
        schema, len(batch), [None], null_count=0, children=children
    )


def _values(column: Any) -> list[bytes | None]:
    validity, views, *parts, _ = column.buffers
    start, end = column.offset, column.offset + len(column)
    if start == end:
        return []
    valid = ctypes.string_at(validity, (end + 7) // 8) if validity else None
    memory = ctypes.string_at(views + start * _VIEW_BYTES, len(column) * _VIEW_BYTES)
    return [
        _value(memory, (at - start) * _VIEW_BYTES, parts)
        if valid is None or valid[at // 8] >> at % 8 & 1
        else None
        for at in range(start, end)
    ]


def _value(memory: bytes, at: int, parts: list[int]) -> bytes:
    (size,) = struct.unpack_from("<i", memory, at)
    if size <= _INLINE_BYTES:
        return memory[at + 4 : at + 4 + size]
    part, offset = struct.unpack_from("<ii", memory, at + 8)
    return ctypes.string_at(parts[part] + offset, size)

"""One column of one batch as numpy arrays over Arrow's own buffers, without a copy."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from .column_type import ColumnType

AnyArray = npt.NDArray[Any]


@dataclass(frozen=True, kw_only=True)
class Column:
    """`values` are as stored: numbers, a decimal's bytes, or the bytes that `offsets` cut up."""

    type: ColumnType
    length: int
    valid: npt.NDArray[np.bool_] | None
    """Which values are there; None: all."""
    values: AnyArray
    offsets: AnyArray | None = None
    children: tuple["Column", ...] = field(default=())


def column_of(kind: ColumnType, array: Any) -> Column:
    """A CArray of nanoarrow, which stays alive as long as the column does."""
    view = array.view()
    length, offset = len(array), array.offset
    values: AnyArray = np.empty(0, np.uint8)
    offsets = None
    match kind.kind:
        case "null" | "struct" | "fixed_list":
            pass
        case "boolean":
            values = _bits(view.buffer(1), offset, length)
        case "list" | "map":
            offsets = _slice(view.buffer(1), kind.offsets, offset, length + 1)
        case "text" | "bytes" | "json" | "numeric_text":
            offsets = _slice(view.buffer(1), kind.offsets, offset, length + 1)
            values = np.frombuffer(view.buffer(2), np.uint8)
        case "decimal" | "fixed_bytes" | "uuid":
            values = _slice(view.buffer(1), f"V{kind.size}", offset, length)
        case _:
            values = _slice(view.buffer(1), kind.dtype, offset, length)
    return Column(
        type=kind,
        length=length,
        valid=_validity(kind, view, offset, length),
        values=values,
        offsets=offsets,
        children=_children(kind, array, offset, length),
    )


def _children(kind: ColumnType, array: Any, offset: int, length: int) -> tuple[Column, ...]:
    if not kind.children:
        return ()
    inner = [array.child(number) for number in range(array.n_children)]
    # Offsets of a list count from its child's beginning; a struct's children go by its own slice.
    if kind.kind == "struct" and offset:
        inner = [child[offset : offset + length] for child in inner]
    if kind.kind == "fixed_list" and offset:
        start = offset * kind.size
        inner = [child[start : start + length * kind.size] for child in inner]
    return tuple(
        column_of(child_kind, child) for child_kind, child in zip(kind.children, inner, strict=True)
    )


def _validity(
    kind: ColumnType, view: Any, offset: int, length: int
) -> npt.NDArray[np.bool_] | None:
    if kind.kind == "null":
        return np.zeros(length, np.bool_)
    bitmap = view.buffer(0)
    if bitmap.size_bytes == 0 or view.null_count == 0:
        return None
    return _bits(bitmap, offset, length)


def _bits(buffer: Any, offset: int, length: int) -> npt.NDArray[np.bool_]:
    packed = np.frombuffer(buffer, np.uint8)
    return np.unpackbits(packed, count=offset + length, bitorder="little")[offset:].view(np.bool_)


def _slice(buffer: Any, dtype: str, offset: int, length: int) -> AnyArray:
    kind = np.dtype(dtype)
    if length == 0 or buffer.size_bytes == 0:
        return np.zeros(length, kind)
    return np.frombuffer(buffer, kind, offset + length)[offset:]

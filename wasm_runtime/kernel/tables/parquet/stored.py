"""What a column is stored as: a physical type, what it stands for, and the bytes of its values.

https://github.com/apache/parquet-format/blob/master/LogicalTypes.md
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import nanoarrow
import numpy as np

from .thrift import Value, boolean, i8, i32, struct

BOOLEAN, INT32, INT64, FLOAT, DOUBLE, BYTE_ARRAY, FIXED = 0, 1, 2, 4, 5, 6, 7

Encode = Callable[[Any], bytes]
"""The values of a Series without gaps, as Parquet's encoding PLAIN has them."""


@dataclass(frozen=True, kw_only=True)
class Stored:
    """`logical` is a LogicalType, `converted` its older number, `arrow` the type in Arrow."""

    physical: int
    encode: Encode
    arrow: Any
    logical: Value | None = None
    converted: int | None = None
    length: int | None = None
    scale: int | None = None
    precision: int | None = None


_CONVERTED_INTEGERS = {
    ("u", 8): 11,
    ("u", 16): 12,
    ("u", 32): 13,
    ("u", 64): 14,
    ("i", 8): 15,
    ("i", 16): 16,
    ("i", 32): 17,
    ("i", 64): 18,
}
_TIME_UNITS = {"ms": 1, "us": 2, "ns": 3}


def booleans() -> Stored:
    return Stored(
        physical=BOOLEAN,
        encode=lambda values: np.packbits(values.to_numpy(np.bool_), bitorder="little").tobytes(),
        arrow=nanoarrow.bool_(),
    )


def integers(signed: bool, bits: int) -> Stored:
    kind = "i" if signed else "u"
    # Narrow ones are stored in 32 bits, and Parquet has no unsigned storage.
    narrow, wide = np.dtype(f"{kind}{bits // 8}"), 8 if bits == 64 else 4
    return Stored(
        physical=INT64 if bits == 64 else INT32,
        encode=lambda values: values.to_numpy(narrow).astype(f"<{kind}{wide}").tobytes(),
        arrow=getattr(nanoarrow, f"{'' if signed else 'u'}int{bits}")(),
        logical=struct({10: struct({1: i8(bits), 2: boolean(signed)})}),
        converted=_CONVERTED_INTEGERS[kind, bits],
    )


def floats(is_single: bool) -> Stored:
    dtype = "<f4" if is_single else "<f8"
    return Stored(
        physical=FLOAT if is_single else DOUBLE,
        encode=lambda values: values.to_numpy(dtype).tobytes(),
        arrow=nanoarrow.float32() if is_single else nanoarrow.float64(),
    )


def texts(spell: Callable[[Any], str] = str, is_json: bool = False) -> Stored:
    number, converted = (12, 19) if is_json else (1, 0)
    return Stored(
        physical=BYTE_ARRAY,
        # A lone surrogate has no UTF-8.
        encode=lambda values: _sized([spell(v).encode("utf-8", "replace") for v in values]),
        arrow=nanoarrow.string(),
        logical=struct({number: struct({})}),
        converted=converted,
    )


def binaries() -> Stored:
    return Stored(
        physical=BYTE_ARRAY,
        encode=lambda values: _sized([bytes(value) for value in values]),
        arrow=nanoarrow.binary(),
    )


def uuids() -> Stored:
    return Stored(
        physical=FIXED,
        encode=lambda values: b"".join(value.bytes for value in values),
        arrow=nanoarrow.fixed_size_binary(16),
        logical=struct({14: struct({})}),
        length=16,
    )


def decimals(precision: int, scale: int, unscaled: Callable[[Any], int]) -> Stored:
    def encode(values: Any) -> bytes:
        return b"".join(unscaled(value).to_bytes(16, "big", signed=True) for value in values)

    return Stored(
        physical=FIXED,
        encode=encode,
        arrow=nanoarrow.decimal128(precision, scale),
        logical=struct({5: struct({1: i32(scale), 2: i32(precision)})}),
        converted=5,
        length=16,
        scale=scale,
        precision=precision,
    )


def dates(days: Callable[[Any], Any]) -> Stored:
    return Stored(
        physical=INT32,
        encode=lambda values: np.asarray(days(values), "<i4").tobytes(),
        arrow=nanoarrow.date32(),
        logical=struct({6: struct({})}),
        converted=6,
    )


def times(microseconds: Callable[[Any], Any]) -> Stored:
    return Stored(
        physical=INT64,
        encode=lambda values: np.asarray(microseconds(values), "<i8").tobytes(),
        arrow=nanoarrow.time64("us"),
        logical=struct({7: _of_unit("us", in_utc=False)}),
    )


def timestamps(unit: str, zone: str, counts: Callable[[Any], Any]) -> Stored:
    """`counts` are of `unit` since 1970 began, in UTC where there is a zone."""
    return Stored(
        physical=INT64,
        encode=lambda values: np.asarray(counts(values), "<i8").tobytes(),
        arrow=nanoarrow.timestamp(unit, zone or None),
        logical=struct({8: _of_unit(unit, in_utc=bool(zone))}),
        # The older types are moments; there is none for nanoseconds.
        converted={"ms": 9, "us": 10}.get(unit) if zone else None,
    )


def durations(unit: str, counts: Callable[[Any], Any]) -> Stored:
    """Parquet has none: a whole number, which Arrow's schema tells apart."""
    return Stored(
        physical=INT64,
        encode=lambda values: np.asarray(counts(values), "<i8").tobytes(),
        arrow=nanoarrow.duration(unit),
    )


def _of_unit(unit: str, *, in_utc: bool) -> Value:
    return struct({1: boolean(in_utc), 2: struct({_TIME_UNITS[unit]: struct({})})})


def _sized(values: list[bytes]) -> bytes:
    """Each behind its length in 32 bits."""
    sizes = np.fromiter(map(len, values), "<u4", len(values)).tobytes()
    pieces: list[bytes] = [b""] * (2 * len(values))
    pieces[0::2] = [sizes[at : at + 4] for at in range(0, len(sizes), 4)]
    pieces[1::2] = values
    return b"".join(pieces)

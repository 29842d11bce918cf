"""A column's values as Python's own objects, as PEP 249's cursors give them."""

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
from decimal import Context, Decimal
from itertools import pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from .columns import AnyArray, Column

_EXACT = Context(prec=200)  # the default of 28 digits would round
_LAST_INSTANT = np.datetime64("9999-12-31T23:59:59.999999")
_MICROSECONDS = {"s": 1_000_000, "ms": 1000, "us": 1}


class Interval(NamedTuple):
    """A span of time whose length depends on where it begins."""

    months: int
    days: int
    nanoseconds: int

    def __str__(self) -> str:
        return f"{self.months} months {self.days} days {self.nanoseconds / 1e9:g} s"


def python_values(column: Column) -> list[Any]:
    """One object per row, None where nothing is."""
    if column.type.kind == "null":
        return [None] * column.length
    values = _VALUES[column.type.kind](column)
    if column.valid is None:
        return values
    return [
        value if is_there else None
        for value, is_there in zip(values, column.valid.tolist(), strict=True)
    ]


def texts(column: Column) -> list[str]:
    """The texts of a column, decoded at once; where nothing is, whatever lies there."""
    offsets = column.offsets
    assert offsets is not None
    if column.length == 0:
        return []
    first, last = int(offsets[0]), int(offsets[-1])
    data = column.values[first:last]
    try:
        text = data.tobytes().decode()
    except UnicodeDecodeError:
        raw = column.values.tobytes()
        return [raw[a:b].decode(errors="replace") for a, b in pairwise(offsets.tolist())]
    places = offsets - first
    if len(text) != len(data):
        # Bytes to characters: every byte begins one, but for UTF-8's continuations.
        begins = np.zeros(len(data) + 1, np.int64)
        np.cumsum((data & 0xC0) != 0x80, out=begins[1:])
        places = begins[places]
    return [text[start:end] for start, end in pairwise(places.tolist())]


def unscaled(column: Column) -> list[int]:
    """The whole numbers that decimals are stored as."""
    size = column.type.size
    low = _low_word_if_enough(column)
    if low is not None:
        return list(low.tolist())
    raw = column.values.tobytes()
    return [
        int.from_bytes(raw[at : at + size], "little", signed=True)
        for at in range(0, len(raw), size)
    ]


def _low_word_if_enough(column: Column) -> AnyArray | None:
    size = column.type.size
    if size < 8:
        return column.values.view(f"i{size}")
    words = np.ascontiguousarray(column.values).view("<i8").reshape(column.length, size // 8)
    low = words[:, 0]
    is_enough = all(bool((words[:, each] == (low >> 63)).all()) for each in range(1, size // 8))
    return low if is_enough else None


def decimal_of(number: int, scale: int) -> Decimal:
    """The decimal with so many digits behind the point."""
    return Decimal(number).scaleb(-scale, _EXACT)


def zone_of(name: str) -> tzinfo:
    """`UTC`, `Europe/Zurich`, `+02:00`; what nobody knows is shown in UTC."""
    if name in ("UTC", "Etc/UTC", "Z"):
        return UTC
    if name[:1] in ("+", "-"):
        hours, _, minutes = name[1:].partition(":")
        offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
        return timezone(-offset if name[0] == "-" else offset)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def _plain(column: Column) -> list[Any]:
    return list(column.values.tolist())


def _decimals(column: Column) -> list[Any]:
    return [decimal_of(number, column.type.scale) for number in unscaled(column)]


def _numeric_texts(column: Column) -> list[Any]:
    valid = [True] * column.length if column.valid is None else column.valid.tolist()
    return [
        Decimal(text) if is_there else None
        for text, is_there in zip(texts(column), valid, strict=True)
    ]


def _bytes(column: Column) -> list[Any]:
    assert column.offsets is not None
    raw = column.values.tobytes()
    return [raw[start:end] for start, end in pairwise(column.offsets.tolist())]


def _fixed_bytes(column: Column) -> list[Any]:
    raw, size = column.values.tobytes(), column.type.size
    return [raw[at : at + size] for at in range(0, len(raw), size)]


def _uuids(column: Column) -> list[Any]:
    return [uuid.UUID(bytes=raw) for raw in _fixed_bytes(column)]


def _json(column: Column) -> list[Any]:
    valid = [True] * column.length if column.valid is None else column.valid.tolist()
    return [
        json.loads(text) if is_there else None
        for text, is_there in zip(texts(column), valid, strict=True)
    ]


def _dates(column: Column) -> list[Any]:
    days = column.values.astype(f"datetime64[{column.type.unit}]").astype("datetime64[D]")
    return _objects(days)


def _times(column: Column) -> list[Any]:
    numbers, unit = column.values.tolist(), column.type.unit
    if unit == "ns":
        numbers = [number // 1000 for number in numbers]
    else:
        numbers = [number * _MICROSECONDS[unit] for number in numbers]
    return [_time(number) for number in numbers]


def _time(microseconds: int) -> time:
    seconds, fraction = divmod(microseconds, 1_000_000)
    # The end of a day is 24:00 to a database, and has no spelling in Python but its beginning.
    return time(seconds // 3600 % 24, seconds // 60 % 60, seconds % 60, fraction)


def _timestamps(column: Column) -> list[Any]:
    found = _objects(column.values.astype(f"datetime64[{column.type.unit}]").astype("<M8[us]"))
    if not column.type.zone:
        return found
    zone = zone_of(column.type.zone)
    return [
        each.replace(tzinfo=UTC).astimezone(zone) if isinstance(each, datetime) else f"{each}Z"
        for each in found
    ]


def _objects(times: AnyArray) -> list[Any]:
    """Dates or datetimes; one that Python's calendar does not reach is text."""
    found = list(times.tolist())
    is_beyond = (times < np.datetime64("0001-01-01")) | (times > _LAST_INSTANT)
    for number in np.flatnonzero(is_beyond):
        found[number] = str(times[number])
    return found


def _durations(column: Column) -> list[Any]:
    spans = column.values.astype(f"timedelta64[{column.type.unit}]").astype("<m8[us]")
    return list(spans.tolist())


def _intervals(column: Column) -> list[Any]:
    return [Interval(*each) for each in column.values.tolist()]


def _lists(column: Column) -> list[Any]:
    assert column.offsets is not None
    inner = python_values(column.children[0])
    return [inner[start:end] for start, end in pairwise(column.offsets.tolist())]


def _fixed_lists(column: Column) -> list[Any]:
    inner, size = python_values(column.children[0]), column.type.size
    return [inner[number * size : (number + 1) * size] for number in range(column.length)]


def _structs(column: Column) -> list[Any]:
    names = [child.type.name for child in column.children]
    rows = zip(*(python_values(child) for child in column.children), strict=True)
    return [dict(zip(names, row, strict=True)) for row in rows]


def _maps(column: Column) -> list[Any]:
    return [[tuple(entry.values()) for entry in entries] for entries in _lists(column)]


_VALUES: dict[str, Callable[[Column], list[Any]]] = {
    "boolean": _plain,
    "number": _plain,
    "decimal": _decimals,
    "numeric_text": _numeric_texts,
    "text": texts,
    "json": _json,
    "bytes": _bytes,
    "fixed_bytes": _fixed_bytes,
    "uuid": _uuids,
    "date": _dates,
    "time": _times,
    "timestamp": _timestamps,
    "duration": _durations,
    "interval": _intervals,
    "list": _lists,
    "fixed_list": _fixed_lists,
    "struct": _structs,
    "map": _maps,
}

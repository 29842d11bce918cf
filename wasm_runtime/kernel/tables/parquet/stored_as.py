"""Which type keeps a DataFrame's column as it is."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Context, Decimal
from typing import Any
from uuid import UUID

import numpy as np
import pandas as pd

from wasm_runtime.contracts.table import ColumnKind

from .stored import (
    Stored,
    binaries,
    booleans,
    dates,
    decimals,
    durations,
    floats,
    integers,
    texts,
    times,
    timestamps,
    uuids,
)

_MAX_DIGITS = 38
"""Of a decimal in 16 bytes."""
_EPOCH, _EPOCH_UTC = datetime(1970, 1, 1), datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_EXACT = Context(prec=100)  # the default of 28 digits would round


def stored_as(values: "pd.Series[Any]", kind: ColumnKind) -> Stored:
    """`kind` is what the page shows: times that are all midnights are dates there, and here."""
    dtype = values.dtype
    if pd.api.types.is_bool_dtype(dtype) and not isinstance(dtype, pd.CategoricalDtype):
        return booleans()
    if pd.api.types.is_integer_dtype(dtype):
        return integers(pd.api.types.is_signed_integer_dtype(dtype), _bits(dtype))
    if pd.api.types.is_float_dtype(dtype):
        return floats(_bits(dtype) <= 32)
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return _moments(values, kind)
    if pd.api.types.is_timedelta64_dtype(dtype):
        unit = _unit(values)
        return durations(unit, lambda spans: spans.to_numpy().astype(f"m8[{unit}]").view("i8"))
    if isinstance(dtype, pd.StringDtype):
        return texts()
    return _objects(list(values.dropna()))


def _bits(dtype: Any) -> int:
    return int(getattr(dtype, "itemsize", 8)) * 8


def _unit(values: "pd.Series[Any]") -> str:
    unit = str(getattr(values.dtype, "unit", None) or np.datetime_data(str(values.dtype))[0])
    return "ms" if unit == "s" else unit  # Parquet has no whole seconds


def _moments(values: "pd.Series[Any]", kind: ColumnKind) -> Stored:
    zone = getattr(values.dtype, "tz", None)
    if kind == "date" and zone is None:
        return dates(lambda there: there.to_numpy().astype("M8[D]").view("i8"))
    unit = _unit(values)

    def counts(there: "pd.Series[Any]") -> Any:
        in_utc = there if zone is None else there.dt.tz_convert("UTC").dt.tz_localize(None)
        return in_utc.to_numpy().astype(f"M8[{unit}]").view("i8")

    return timestamps(unit, _zone_name(zone), counts)


def _zone_name(zone: Any) -> str:
    """As Arrow spells it: a place, or hours and minutes."""
    name = "" if zone is None else str(zone)
    return name.removeprefix("UTC") or name


def _objects(values: list[Any]) -> Stored:
    """By what all of them are; text for what has no type in common."""
    families = {_family(value) for value in values}
    family = families.pop() if len(families) == 1 else ""
    if family == "decimal":
        return _decimals(values)
    return _OF_FAMILY.get(family, texts)()


def _family(value: Any) -> str:
    match value:
        case bool() | np.bool_():
            return "boolean"
        case int() | np.integer():
            return "integer" if -(2**63) <= value < 2**63 else ""
        case float() | np.floating():
            return "float"
        case str():
            return "text"
        case bytes() | bytearray() | memoryview():
            return "bytes"
        case Decimal():
            return "decimal" if value.is_finite() else ""
        case datetime():
            return "moment" if value.tzinfo is None else "instant"
        case date():
            return "date"
        case time():
            return "time" if value.tzinfo is None else ""
        case timedelta():
            return "duration"
        case UUID():
            return "uuid"
        case dict() | list():
            return "json"
    return ""


def _decimals(values: list[Decimal]) -> Stored:
    places = [value.as_tuple() for value in values]
    scale = max(0, *(-int(each.exponent) for each in places))
    whole = max(1, *(len(each.digits) + int(each.exponent) for each in places))
    if whole + scale > _MAX_DIGITS:
        return texts(lambda value: f"{value:f}")
    return decimals(whole + scale, scale, lambda value: int(value.scaleb(scale, _EXACT)))


def _microseconds_of_day(value: time) -> int:
    seconds = (value.hour * 60 + value.minute) * 60 + value.second
    return seconds * 1_000_000 + value.microsecond


def _spelled(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


_OF_FAMILY: dict[str, Callable[[], Stored]] = {
    "boolean": booleans,
    "integer": lambda: integers(signed=True, bits=64),
    "float": lambda: floats(is_single=False),
    "bytes": binaries,
    "uuid": uuids,
    "json": lambda: texts(_spelled, is_json=True),
    "date": lambda: dates(lambda there: [d.toordinal() - _EPOCH.toordinal() for d in there]),
    "time": lambda: times(lambda there: [_microseconds_of_day(each) for each in there]),
    "moment": lambda: timestamps(
        "us", "", lambda there: [(each - _EPOCH) // _MICROSECOND for each in there]
    ),
    "instant": lambda: timestamps(
        "us", "UTC", lambda there: [(each - _EPOCH_UTC) // _MICROSECOND for each in there]
    ),
    "duration": lambda: durations("us", lambda there: [each // _MICROSECOND for each in there]),
}

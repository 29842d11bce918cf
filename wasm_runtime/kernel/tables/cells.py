"""Values of a DataFrame as a page shows them, and what kind of column they make."""

import json
import math
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from wasm_runtime.contracts.shape import Json
from wasm_runtime.contracts.table import MAX_CELL_CHARACTERS, ColumnKind

_MAX_SAFE_INTEGER = 2**53 - 1


def kind_of(values: "pd.Series[Any]") -> tuple[ColumnKind, str]:
    """The kind of a column, and its type in pandas's or Python's words."""
    dtype = values.dtype
    name = str(dtype)
    if pd.api.types.is_bool_dtype(dtype):
        return "boolean", name
    if pd.api.types.is_integer_dtype(dtype):
        return "integer", name
    if pd.api.types.is_float_dtype(dtype):
        return "number", name
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return ("date" if _holds_dates(values) else "timestamp"), name
    if pd.api.types.is_timedelta64_dtype(dtype):
        return "duration", name
    if isinstance(dtype, pd.StringDtype):
        return "text", name
    if isinstance(dtype, pd.CategoricalDtype):
        return "text", name
    return _kind_of_objects(values)


def cells(values: Sequence[Any], kind: ColumnKind) -> list[Json]:
    """Each value as JSON: null, a number that JavaScript holds exactly, or the text to show."""
    return [cell(value, kind) for value in values]


def cell(value: Any, kind: ColumnKind) -> Any:
    """One value as JSON."""
    if isinstance(value, np.generic) and not isinstance(value, np.datetime64 | np.timedelta64):
        value = value.item()
    match value:
        case bool() | None:
            return value
        case int():
            return value if abs(value) <= _MAX_SAFE_INTEGER else str(value)
        case float():
            return _number(value)
        case str():
            return cut(value)
    return None if is_missing(value) else cut(_text(value, kind))


def cut(text: str) -> str:
    """The text, or its beginning with an ellipsis."""
    return text if len(text) <= MAX_CELL_CHARACTERS else text[: MAX_CELL_CHARACTERS - 1] + "…"


def is_missing(value: Any) -> bool:
    """Whether this is one of pandas's ways to say that nothing is there."""
    return value is None or value is pd.NA or value is pd.NaT or value != value


def _number(value: float) -> Any:
    if math.isfinite(value):
        return value
    return None if math.isnan(value) else str(value)


def _text(value: Any, kind: ColumnKind) -> str:
    match value:
        case datetime():
            return value.date().isoformat() if kind == "date" else value.isoformat(sep=" ")
        case date() | time():
            return value.isoformat()
        case timedelta():
            return str(value)
        case bytes() | bytearray() | memoryview():
            # More than can be shown need not be spelled.
            return "0x" + bytes(value[:MAX_CELL_CHARACTERS]).hex()
        case dict() | list():
            return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def _holds_dates(values: "pd.Series[Any]") -> bool:
    if getattr(values.dtype, "tz", None) is not None or not len(values):
        return False
    times = values.to_numpy()
    there = times[~np.isnat(times)]
    return len(there) > 0 and bool((there.astype("datetime64[D]") == there).all())


def _kind_of_objects(values: "pd.Series[Any]") -> tuple[ColumnKind, str]:
    first = next((value for value in values if value is not None and value is not pd.NA), None)
    kinds: list[tuple[type, ColumnKind]] = [
        (str, "text"),
        (Decimal, "decimal"),
        (datetime, "timestamp"),
        (date, "date"),
        (timedelta, "duration"),
        (bytes, "bytes"),
    ]
    for python, kind in kinds:
        if isinstance(first, python):
            return kind, python.__name__
    return "other", "object" if first is None else type(first).__name__

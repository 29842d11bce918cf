"""Which rows pass a filter."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from wasm_runtime.contracts.shape import Json
from wasm_runtime.contracts.table import ColumnKind, TableFilter

from .cells import cell
from .refused import RefusedRequest

Mask = npt.NDArray[np.bool_]

_NUMERIC = ("integer", "number", "decimal")
_TIMES = ("date", "timestamp")


def passing(values: "pd.Series[Any]", kind: ColumnKind, wanted: TableFilter) -> Mask:
    """True for each row that passes. Raises RefusedRequest for a value of another kind."""
    match wanted.test:
        case "missing":
            return np.array(values.isna(), np.bool_)
        case "present":
            return np.array(values.notna(), np.bool_)
        case "contains":
            text = _shown(values, kind)
            found = text.str.contains(str(wanted.value), case=False, regex=False, na=False)
            return np.array(found, np.bool_)
        case "equals":
            return _mask(_comparable(values, kind) == _given(wanted.value, kind, values))
    mask = np.array(values.notna(), np.bool_)
    comparable = _comparable(values, kind)
    if wanted.least is not None:
        mask &= _mask(comparable >= _given(wanted.least, kind, values))
    if wanted.most is not None:
        mask &= _mask(comparable <= _given(wanted.most, kind, values))
    return mask


def _mask(found: "pd.Series[Any]") -> Mask:
    return np.array(found.fillna(False), np.bool_)


def _shown(values: "pd.Series[Any]", kind: ColumnKind) -> "pd.Series[Any]":
    """The texts that the page shows."""
    if isinstance(values.dtype, pd.StringDtype):
        return values
    texts = [cell(value, kind) for value in values.tolist()]
    return pd.Series([None if each is None else str(each) for each in texts], dtype="str")


def _comparable(values: "pd.Series[Any]", kind: ColumnKind) -> "pd.Series[Any]":
    if kind in ("integer", "number", "boolean"):
        return values
    if kind == "decimal":
        return pd.to_numeric(values.astype("Float64"))
    if kind in (*_TIMES, "duration") and values.dtype.kind in "Mm":
        return values
    return _shown(values, kind)


def _given(value: Json, kind: ColumnKind, values: "pd.Series[Any]") -> Any:
    """What a filter compares with. Raises RefusedRequest."""
    try:
        if kind == "boolean":
            return _boolean(value)
        if kind in _NUMERIC:
            text = str(value)
            return int(text) if text.lstrip("-").isdigit() else float(text)
        if kind in _TIMES and values.dtype.kind == "M":
            when = pd.Timestamp(str(value))
            zone = getattr(values.dtype, "tz", None)
            if zone is None:
                return when.tz_localize(None)
            return when.tz_localize(zone) if when.tzinfo is None else when
        if kind == "duration" and values.dtype.kind == "m":
            return pd.Timedelta(str(value))
    except (ValueError, TypeError, OverflowError) as error:
        raise RefusedRequest(
            f"The column holds values of the kind {kind}; {value!r} is none."
        ) from error
    return str(value)


def _boolean(value: Json) -> bool:
    found = {"true": True, "false": False}.get(str(value).lower())
    if found is None:
        raise ValueError(value)
    return found

"""A result as a pandas DataFrame, column by column from Arrow's buffers.

A decimal column's dtype follows from its type in the database, never from the rows that happen to
be there: what works on today's rows works on tomorrow's. Whole numbers with gaps are nullable
integers, not floats.
"""

import sys
import warnings
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from .column_type import ColumnType
from .columns import AnyArray, Column
from .errors import Warning as DataWarning
from .python_values import decimal_of, python_values, texts, unscaled, zone_of

Decimals: TypeAlias = Literal["auto", "exact", "float"]
"""auto: floats, and integers for whole numbers of a type with at most 18 digits, with a warning
where even whole numbers were rounded; exact: Decimal; float: floats, and no warning."""

_MOST_DIGITS_OF_INT64 = 18
_LARGEST_EXACT_WHOLE = 2**53
_LARGEST_EXACT_SCALE = 22
"""10**22 is the largest power of ten that a float holds exactly."""
_DATE_UNITS = {"D": "s", "ms": "ms"}


class FrameBuilder:
    """Takes batches as they come, so that their memory is free before the last one is there."""

    def __init__(self, types: Sequence[ColumnType], decimals: Decimals = "auto") -> None:
        self._types = types
        self._decimals = decimals
        self._pieces: list[list[_Piece]] = [[] for _ in types]
        self.rows = 0

    def add(self, batch: Sequence[Column]) -> None:
        self.rows += batch[0].length if batch else 0
        for pieces, column in zip(self._pieces, batch, strict=True):
            pieces.append(_piece(column))

    def frame(self) -> pd.DataFrame:
        """All rows, which are let go of here. Two columns of one name stay two columns."""
        columns = {}
        for number, (kind, pieces) in enumerate(zip(self._types, self._pieces, strict=True)):
            columns[number] = _joined(kind, pieces, self._decimals)
            pieces.clear()
        return self._of(columns)

    def first_rows(self, least: int) -> pd.DataFrame:
        """The first batches, at least so many rows of them, while others may still come."""
        with warnings.catch_warnings():
            # The whole frame warns of what is rounded.
            warnings.simplefilter("ignore", DataWarning)
            return self._of(
                {
                    number: _joined(kind, _first(pieces, least), self._decimals)
                    for number, (kind, pieces) in enumerate(
                        zip(self._types, self._pieces, strict=True)
                    )
                }
            )

    def _of(self, columns: dict[int, Any]) -> pd.DataFrame:
        frame = pd.DataFrame(columns, copy=False)
        frame.columns = pd.Index([kind.name for kind in self._types])
        return frame


class _Piece:
    """A column's values of one batch: as stored where numpy can join them, else objects."""

    __slots__ = ("valid", "values")

    def __init__(self, values: AnyArray, valid: npt.NDArray[np.bool_] | None) -> None:
        self.values = values
        self.valid = valid


def _first(pieces: list[_Piece], least: int) -> list[_Piece]:
    taken, rows = [], 0
    for piece in pieces:
        taken.append(piece)
        rows += len(piece.values)
        if rows >= least:
            break
    return taken


def _piece(column: Column) -> _Piece:
    match column.type.kind:
        case "number" | "boolean" | "date" | "timestamp" | "duration":
            return _Piece(column.values, column.valid)
        case "text":
            return _Piece(_object_array(texts(column)), column.valid)
        case "numeric_text":
            return _Piece(_object_array(texts(column)), column.valid)
        case "decimal":
            return _Piece(_object_array(unscaled(column)), column.valid)
    return _Piece(_object_array(python_values(column)), None)


def _joined(kind: ColumnType, pieces: list[_Piece], decimals: Decimals) -> Any:
    values, valid = _concatenated(kind, pieces)
    match kind.kind:
        case "number":
            return _numbers(kind, values, valid)
        case "boolean":
            if valid is None:
                return values
            return pd.arrays.BooleanArray(values.copy(), ~valid)
        case "text":
            return _strings(values, valid)
        case "decimal":
            return _decimals(kind, values, valid, decimals)
        case "numeric_text":
            return _numeric_texts(kind, values, valid, decimals)
        case "date":
            unit = _DATE_UNITS[kind.unit]
            times = values.astype(f"datetime64[{kind.unit}]").astype(f"datetime64[{unit}]")
            return _without(times, valid, np.datetime64("NaT"))
        case "timestamp":
            times = _without(values.astype(f"datetime64[{kind.unit}]"), valid, np.datetime64("NaT"))
            if not kind.zone:
                return times
            return pd.Series(times).dt.tz_localize("UTC").dt.tz_convert(zone_of(kind.zone))
        case "duration":
            spans = values.astype(f"timedelta64[{kind.unit}]")
            return _without(spans, valid, np.timedelta64("NaT"))
    return pd.Series(values, dtype=object)


def _concatenated(
    kind: ColumnType, pieces: list[_Piece]
) -> tuple[AnyArray, npt.NDArray[np.bool_] | None]:
    if not pieces:
        stored = kind.kind in ("number", "date", "timestamp", "duration")
        empty = {"boolean": "bool"}.get(kind.kind, kind.dtype if stored else "object")
        return np.empty(0, empty), None
    values = np.concatenate([piece.values for piece in pieces])
    if all(piece.valid is None for piece in pieces):
        return values, None
    valid = [
        np.ones(len(piece.values), np.bool_) if piece.valid is None else piece.valid
        for piece in pieces
    ]
    return values, np.concatenate(valid)


def _numbers(kind: ColumnType, values: AnyArray, valid: npt.NDArray[np.bool_] | None) -> Any:
    if not kind.is_integer:
        return _without(values, valid, np.nan)
    # Wider than stored: arithmetic with 16 or 32 bits would overflow without a word.
    whole = values.astype("u8" if kind.dtype == "u8" else "i8", copy=False)
    return whole if valid is None else pd.arrays.IntegerArray(whole, ~valid)


def _strings(values: AnyArray, valid: npt.NDArray[np.bool_] | None) -> Any:
    return pd.array(_without(values, valid, np.nan), dtype=pd.StringDtype(na_value=np.nan))


def _decimals(
    kind: ColumnType, values: AnyArray, valid: npt.NDArray[np.bool_] | None, decimals: Decimals
) -> Any:
    if decimals == "exact":
        exact = [decimal_of(number, kind.scale) for number in values.tolist()]
        return pd.Series(_without(_object_array(exact), valid, None), dtype=object)
    whole = _without(values, valid, 0)
    if decimals == "auto" and kind.scale == 0 and kind.precision <= _MOST_DIGITS_OF_INT64:
        integers = ColumnType(name=kind.name, kind="number", dtype="i8")
        return _numbers(integers, whole.astype("i8"), valid)
    largest = max((abs(int(v)) for v in (whole.min(), whole.max())), default=0) if len(whole) else 0
    if largest <= _LARGEST_EXACT_WHOLE and kind.scale <= _LARGEST_EXACT_SCALE:
        # Both are exact in a float, and so their quotient is the float nearest to the decimal.
        floats = whole.astype("f8") / 10.0**kind.scale
    else:
        # Python's own division of whole numbers is rounded once.
        floats = (whole / 10**kind.scale).astype("f8")
    return _floats(kind, floats, valid, decimals)


def _numeric_texts(
    kind: ColumnType, values: AnyArray, valid: npt.NDArray[np.bool_] | None, decimals: Decimals
) -> Any:
    if decimals == "exact":
        exact = _object_array([Decimal(text) for text in _without(values, valid, "0")])
        return pd.Series(_without(exact, valid, None), dtype=object)
    floats = np.array(_without(values, valid, "nan"), dtype="f8")
    return _floats(kind, floats, valid, decimals)


def _floats(
    kind: ColumnType, floats: AnyArray, valid: npt.NDArray[np.bool_] | None, decimals: Decimals
) -> AnyArray:
    floats = _without(floats, valid, np.nan)
    if decimals == "auto" and (np.isfinite(floats) & (abs(floats) > _LARGEST_EXACT_WHOLE)).any():
        warnings.warn(
            f"Column {kind.name!r} has decimals beyond 2**53, of which float64 keeps 15 digits. "
            'With decimals="exact" (%%sql --decimals exact) each is a Decimal.',
            DataWarning,
            stacklevel=_levels_to_the_caller(),
        )
    return floats


def _levels_to_the_caller() -> int:
    """How far the code is that asked for the rows: a warning is to name its line."""
    package = __name__.partition(".")[0]
    frame, levels = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith(package):
        frame, levels = frame.f_back, levels + 1
    return levels


def _without(values: AnyArray, valid: npt.NDArray[np.bool_] | None, missing: Any) -> AnyArray:
    """The values with `missing` where nothing is."""
    if valid is None:
        return values
    values = values.copy() if not values.flags.writeable else values
    values[~valid] = missing
    return values


def _object_array(values: Sequence[Any]) -> AnyArray:
    # np.array would make a table of a list of lists.
    return np.fromiter(values, object, len(values))

"""How the values of a column are spread."""

from typing import Any

import numpy as np
import pandas as pd

from wasm_runtime.contracts.table import ColumnKind, ProfileBin, TableProfile

from .cells import cell

_MOST_BINS = 20
_MOST_FREQUENT = 10


def profile(
    request_id: str, column: int, values: "pd.Series[Any]", kind: ColumnKind
) -> TableProfile:
    """The profile of these rows."""
    there = values.dropna()
    if not _is_hashable(there):
        there = there.map(str).astype("str")
    numbers = _numbers(there, kind)
    least, most = _ends(there)
    return TableProfile(
        request_id=request_id,
        column=column,
        rows=len(values),
        missing=len(values) - len(there),
        distinct=int(there.nunique()),
        least=cell(least, kind),
        most=cell(most, kind),
        mean=_mean(numbers) if kind in ("integer", "number", "decimal") else None,
        bins=_frequent(there, kind) if numbers is None else _equally_wide(numbers, there, kind),
    )


def _is_hashable(there: "pd.Series[Any]") -> bool:
    first = there.iloc[0] if len(there) and there.dtype == object else None
    try:
        hash(first)
    except TypeError:
        return False
    return True


def _numbers(there: "pd.Series[Any]", kind: ColumnKind) -> Any:
    """The values as floats, None for those that are neither numbers nor times."""
    if kind in ("integer", "number", "decimal"):
        floats = there.astype("float64").to_numpy()
        return floats[np.isfinite(floats)]
    if there.dtype.kind in "Mm":
        return _without_zone(there).to_numpy().astype("i8").astype("f8")
    return None


def _ends(there: "pd.Series[Any]") -> tuple[Any, Any]:
    try:
        return (there.min(), there.max()) if len(there) else (None, None)
    except TypeError:  # values of several types, or without an order
        return None, None


def _mean(numbers: Any) -> float | None:
    return float(numbers.mean()) if numbers is not None and len(numbers) else None


def _equally_wide(numbers: Any, there: "pd.Series[Any]", kind: ColumnKind) -> list[ProfileBin]:
    if not len(numbers):
        return []
    count = min(_MOST_BINS, max(1, len(np.unique(numbers[: 10 * _MOST_BINS]))))
    counts, edges = np.histogram(numbers, bins=count)
    ends = _as_values(edges, there) if there.dtype.kind in "Mm" else edges.tolist()
    return [
        ProfileBin(least=cell(ends[n], kind), most=cell(ends[n + 1], kind), count=int(total))
        for n, total in enumerate(counts)
    ]


def _as_values(edges: Any, there: "pd.Series[Any]") -> list[Any]:
    """Numbers as the times that they stand for."""
    stored = _without_zone(there).to_numpy().dtype
    times = pd.Series(edges.astype("i8").view(stored))
    zone = getattr(there.dtype, "tz", None)
    return list(times if zone is None else times.dt.tz_localize("UTC").dt.tz_convert(zone))


def _without_zone(there: "pd.Series[Any]") -> "pd.Series[Any]":
    if getattr(there.dtype, "tz", None) is None:
        return there
    return there.dt.tz_convert("UTC").dt.tz_localize(None)


def _frequent(there: "pd.Series[Any]", kind: ColumnKind) -> list[ProfileBin]:
    nothing: Any = None  # JSON null
    counts = there.value_counts().head(_MOST_FREQUENT)
    return [
        ProfileBin(least=cell(value, kind), most=nothing, count=int(count))
        for value, count in zip(counts.index.tolist(), counts.tolist(), strict=True)
    ]

"""A DataFrame as a table that is looked at: its columns, and windows of it sorted and filtered."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from wasm_runtime.contracts.shape import Json
from wasm_runtime.contracts.table import (
    MAX_WINDOW_ROWS,
    TableColumn,
    TableFilter,
    TableSort,
    TableWindow,
)

from .cells import cells, kind_of
from .filters import passing
from .refused import RefusedRequest

Order: TypeAlias = npt.NDArray[np.int32]

_KEPT_ORDERS = 4  # 4 MB each for a million rows


class TableData:
    """`columns` are read-only views of the frame as it was when the table was shown."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.values = _columns(frame)
        self.columns = []
        for name, values in self.values:
            kind, type_ = kind_of(values)
            self.columns.append(TableColumn(name=name, kind=kind, type=type_))
        self.rows = len(frame)
        self._orders: OrderedDict[str, Order | None] = OrderedDict()

    def window(
        self,
        request_id: str,
        offset: int,
        limit: int,
        sort: Sequence[TableSort] = (),
        filters: Sequence[TableFilter] = (),
    ) -> TableWindow:
        """Rows as JSON. Raises RefusedRequest."""
        if offset < 0 or not 0 <= limit <= MAX_WINDOW_ROWS:
            raise RefusedRequest(
                f"Expected rows from 0 on and at most {MAX_WINDOW_ROWS} of them, got {limit} from "
                f"{offset}."
            )
        order = self.order(sort, filters)
        total = self.rows if order is None else len(order)
        if order is None:
            chosen = [values.iloc[offset : offset + limit] for _, values in self.values]
        else:
            places = order[offset : offset + limit]
            chosen = [values.iloc[places] for _, values in self.values]
        shown = [
            cells(values.tolist(), column.kind)
            for values, column in zip(chosen, self.columns, strict=True)
        ]
        rows = [list(row) for row in zip(*shown, strict=True)]
        return TableWindow(request_id=request_id, offset=offset, rows=rows, total=total)

    def column(self, number: int) -> "pd.Series[Any]":
        """Raises RefusedRequest for one that is not there."""
        if not 0 <= number < len(self.values):
            raise RefusedRequest(
                f"The table has {len(self.values)} columns; there is no column {number}."
            )
        return self.values[number][1]

    def order(self, sort: Sequence[TableSort], filters: Sequence[TableFilter]) -> Order | None:
        """The places of the rows that pass, in order; None for all as they are. Kept for later."""
        key = repr((list(sort), list(filters)))
        if key not in self._orders:
            self._orders[key] = self._ordered(sort, filters)
            if len(self._orders) > _KEPT_ORDERS:
                self._orders.popitem(last=False)
        self._orders.move_to_end(key)
        return self._orders[key]

    def _ordered(self, sort: Sequence[TableSort], filters: Sequence[TableFilter]) -> Order | None:
        order: Order | None = None
        if sort and filters:
            order = self.order(sort, [])
        elif sort:
            keys = [
                key
                for each in sort
                for key in _sort_keys(self.column(each.column), each.descending)
            ]
            # lexsort takes the most important key last.
            order = np.lexsort(keys[::-1]).astype(np.int32)
        if not filters:
            return order
        mask = np.ones(self.rows, np.bool_)
        for each in filters:
            kind = self.columns[each.column].kind if 0 <= each.column < len(self.columns) else None
            mask &= passing(self.column(each.column), kind or "other", each)
        return np.flatnonzero(mask).astype(np.int32) if order is None else order[mask[order]]

    def preview(self, rows: int) -> list[list[Json]]:
        """The first rows."""
        return self.window("", 0, rows).rows


def _columns(frame: pd.DataFrame) -> list[tuple[str, "pd.Series[Any]"]]:
    """Each column with its name as text; an index that is more than row numbers comes first."""
    index = frame.index
    found: list[tuple[Any, Any]] = []
    is_plain = isinstance(index, pd.RangeIndex) and index.name is None
    if not is_plain:
        levels = range(index.nlevels)
        found += [
            ("index" if index.names[n] is None else index.names[n], index.get_level_values(n))
            for n in levels
        ]
    # Series, and no bare arrays: copy on write keeps them as they are when the frame is changed.
    found += [(name, frame.iloc[:, number]) for number, name in enumerate(frame.columns)]
    return [(_name(name), _numbered(values)) for name, values in found]


def _numbered(values: Any) -> "pd.Series[Any]":
    """The values by their places from 0 on."""
    series = pd.Series(values, copy=False)
    series.index = pd.RangeIndex(len(series))
    return series


def _name(name: Any) -> str:
    return " / ".join(map(str, name)) if isinstance(name, tuple) else str(name)


def _sort_keys(values: "pd.Series[Any]", descending: bool) -> list[npt.NDArray[Any]]:
    """Numbers that sort as the values do, after those that put what is missing last either way."""
    missing = np.asarray(values.isna())
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "iufb":
        key: npt.NDArray[Any] = values.to_numpy()
        if key.dtype.kind == "b":
            key = key.astype("i1")
    else:
        key = _ranks(values)
    if descending:
        # ~ turns whole numbers round without leaving their range.
        key = -key if key.dtype.kind == "f" else ~key
    return [missing, key] if missing.any() else [key]


def _ranks(values: "pd.Series[Any]") -> npt.NDArray[np.int64]:
    try:
        codes, _ = pd.factorize(values, sort=True)
    except TypeError:  # values that have no order, or no hash
        codes, _ = pd.factorize(values.map(str), sort=True)
    return np.asarray(codes, np.int64)

"""The tables that a page may still ask about."""

import secrets
import weakref
from collections import OrderedDict
from dataclasses import dataclass

import pandas as pd

from .refused import RefusedRequest
from .table_data import TableData

_MOST_TABLES = 20
_MAX_BYTES = 512 * 1024**2
"""A quarter of what WebAssembly's memory usually allows; the newest table stays in any case."""


@dataclass(frozen=True)
class ShownFrame:
    """The frame as it was when it was shown; and, when that is gone, the one it came from."""

    table: TableData | None
    bytes: int
    variable: str
    source: "weakref.ref[pd.DataFrame]"


class TableStore:
    """Keeps the last tables; an older one only as long as Python itself keeps its DataFrame."""

    def __init__(self) -> None:
        self._shown: OrderedDict[str, ShownFrame] = OrderedDict()

    def add(self, frame: pd.DataFrame, variable: str = "") -> tuple[str, TableData]:
        """The new table's id, and its data."""
        table_id = secrets.token_urlsafe(9)
        # Copy on write: the copy takes memory only once somebody changes the original.
        table = TableData(frame.copy(deep=False))
        size = int(frame.memory_usage(deep=False).sum())
        self._shown[table_id] = ShownFrame(table, size, variable, weakref.ref(frame))
        self._let_go()
        return table_id, table

    def find(self, table_id: str) -> tuple[TableData, str]:
        """A table and its variable. Raises RefusedRequest for one that is gone."""
        shown = self._shown.get(table_id)
        if shown is not None and shown.table is not None:
            return shown.table, shown.variable
        frame = None if shown is None else shown.source()
        if shown is None or frame is None:
            raise RefusedRequest(
                "The kernel does not have this table any more.",
                "Run the cell again to see more than its first rows.",
            )
        table = TableData(frame.copy(deep=False))
        self._shown[table_id] = ShownFrame(table, shown.bytes, shown.variable, shown.source)
        self._shown.move_to_end(table_id)
        self._let_go()
        return table, shown.variable

    def _let_go(self) -> None:
        kept, total = 0, 0
        for table_id, shown in reversed(list(self._shown.items())):
            if shown.table is None:
                if shown.source() is None:
                    del self._shown[table_id]
                continue
            kept, total = kept + 1, total + shown.bytes
            if kept > 1 and (kept > _MOST_TABLES or total > _MAX_BYTES):
                self._shown[table_id] = ShownFrame(None, shown.bytes, shown.variable, shown.source)


store = TableStore()
"""One per process, as `get_ipython()` is: a kernel is a process."""

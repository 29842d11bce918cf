"""`show_table`: any DataFrame as an interactive table."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pandas as pd
from IPython import get_ipython
from IPython.display import publish_display_data

from wasm_runtime.contracts.codec import encode
from wasm_runtime.contracts.table import (
    MAX_PREVIEW_ROWS,
    TABLE_TYPE,
    TableOutput,
    TableSource,
)

from ..tables.store import store
from ..tables.table_data import TableData
from .age import kept_words
from .errors import InterfaceError


def show_table(
    frame: pd.DataFrame, source: TableSource | None = None, display_id: str | None = None
) -> None:
    """Show all rows to scroll, sort, filter and download; a Series is a table of one column.

    It takes the place of what `display_id` names.
    """
    if isinstance(frame, pd.Series):
        frame = frame.to_frame()
    if not isinstance(frame, pd.DataFrame):
        raise InterfaceError(
            f"show_table: expected a DataFrame, got {type(frame).__name__}.",
            "pandas.DataFrame(...) makes one.",
        )
    variable = _variable_of(frame)
    table_id, table = store.add(frame, variable)
    output = TableOutput(
        table_id=table_id,
        columns=table.columns,
        rows=table.rows,
        preview=table.preview(MAX_PREVIEW_ROWS),
        variable=variable,
        source=source,
    )
    note = _age_of(source)
    publish_display_data(
        {
            TABLE_TYPE: encode(output),
            # For whoever does not know the type; pandas bounds both.
            "text/html": f"{frame._repr_html_()}{note and f'<p>{note}</p>'}",
            "text/plain": f"{frame!r}{note and chr(10) + note}",
        },
        **_in_place_of(display_id),
    )


class ArrivingTable:
    """The first rows of a result, seen while the others come."""

    def __init__(self) -> None:
        self.display_id: str | None = None
        """Of what is shown; None before."""

    def show(self, frame: pd.DataFrame) -> None:
        table = TableData(frame)
        preview = table.preview(MAX_PREVIEW_ROWS)
        output = TableOutput(
            table_id="",
            columns=table.columns,
            rows=len(preview),
            preview=preview,
            is_arriving=True,
        )
        self.display_id = secrets.token_urlsafe(9)
        publish_display_data(
            {TABLE_TYPE: encode(output), "text/plain": repr(frame.head())},
            transient={"display_id": self.display_id},
        )


@contextmanager
def arriving_table() -> Iterator[ArrivingTable]:
    """What was shown is taken away when the result does not come whole."""
    arriving = ArrivingTable()
    try:
        yield arriving
    except BaseException:
        if arriving.display_id is not None:
            words = "The result did not come whole: its first rows are not shown."
            publish_display_data({"text/plain": words}, **_in_place_of(arriving.display_id))
        raise


def _in_place_of(display_id: str | None) -> dict[str, Any]:
    return {} if display_id is None else {"transient": {"display_id": display_id}, "update": True}


def _age_of(source: TableSource | None) -> str:
    """What is said of a kept result, as it is now; empty for what the database has just given."""
    if source is None or not source.cached:
        return ""
    age = datetime.now(UTC) - datetime.fromisoformat(source.fetched_at)
    return kept_words(age.total_seconds(), source.offline)


def _variable_of(frame: pd.DataFrame) -> str:
    shell: Any = get_ipython()
    names: dict[str, Any] = {} if shell is None else shell.user_ns
    found = [name for name, value in names.items() if value is frame]
    return next((name for name in found if not name.startswith("_")), (found or [""])[0])

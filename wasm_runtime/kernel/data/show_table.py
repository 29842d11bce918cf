"""`show_table`: any DataFrame as an interactive table."""

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
from .age import kept_words
from .errors import InterfaceError


def show_table(frame: pd.DataFrame, source: TableSource | None = None) -> None:
    """Show all rows to scroll, sort, filter and download; a Series is a table of one column."""
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
        }
    )


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

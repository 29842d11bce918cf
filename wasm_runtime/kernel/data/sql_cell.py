"""Carries out a `%%sql` cell: parameters, the query, the variable, the table."""

from typing import Any

import pandas as pd

from wasm_runtime.contracts.table import TableSource

from .frames_sql import query_frames
from .query import run_query
from .show_table import show_table
from .sql_magic import SqlLine
from .sql_parameters import named_variables


def run_sql(asked: SqlLine, sql: str, names: dict[str, Any]) -> None:
    """Run, keep and show. `names` are the notebook's variables. Raises Error."""
    parameters = named_variables(sql, names)
    if not asked.connection:
        frames = {
            name: value
            for name, value in names.items()
            if isinstance(value, pd.DataFrame) and not name.startswith("__")
        }
        frame, source = query_frames(sql, frames, parameters), None
    else:
        result = run_query(
            asked.connection,
            sql,
            parameters,
            first_rows=asked.first_rows,
            decimals=asked.decimals,
            max_age=asked.max_age,
        )
        frame = result.frame
        source = TableSource(
            connection=asked.connection,
            seconds=result.seconds,
            fetched_at=result.fetched_at,
            cached=result.age_seconds is not None,
            offline=result.is_offline,
            more=result.more,
        )
    names[asked.variable] = frame
    show_table(frame, source)

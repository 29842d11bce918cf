"""Carries out a `%%sql` cell: parameters, the query, the variable, the table."""

from typing import Any

import pandas as pd

from wasm_runtime.contracts.table import TableSource

from .frames_sql import query_frames
from .query import run_query
from .show_table import arriving_table, show_table
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
        names[asked.variable] = frame = query_frames(sql, frames, parameters)
        show_table(frame)
    else:
        with arriving_table() as arriving:
            result = run_query(
                asked.connection,
                sql,
                parameters,
                first_rows=asked.first_rows,
                decimals=asked.decimals,
                max_age=asked.max_age,
                on_first_rows=arriving.show,
            )
        names[asked.variable] = result.frame
        source = TableSource(
            connection=asked.connection,
            seconds=result.seconds,
            fetched_at=result.fetched_at,
            cached=result.age_seconds is not None,
            offline=result.is_offline,
            more=result.more,
        )
        show_table(result.frame, source, arriving.display_id)

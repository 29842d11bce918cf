"""SQL over the notebook's DataFrames, by SQLite in the kernel."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from typing import Any

import pandas as pd

from .errors import InterfaceError, ProgrammingError
from .sql_text import words

_STEPS_BETWEEN_LOOKS = 10_000  # of SQLite's machine: some hundred microseconds


def query_frames(
    sql: str, frames: Mapping[str, pd.DataFrame], parameters: Mapping[str, Any]
) -> pd.DataFrame:
    """The rows; a table is the DataFrame of that name. Raises InterfaceError, ProgrammingError,
    and KeyboardInterrupt for Stop."""
    used = {name: frames[name] for name in dict.fromkeys(words(sql)) if name in frames}
    with closing(sqlite3.connect(":memory:")) as database:
        for name, frame in used.items():
            _load(database, name, frame)
        database.set_progress_handler(_look, _STEPS_BETWEEN_LOOKS)
        try:
            return pd.read_sql_query(sql, database, params=dict(parameters))
        except (sqlite3.Error, sqlite3.Warning, pd.errors.DatabaseError) as error:
            if _was_stopped(error):
                raise KeyboardInterrupt from None
            raise ProgrammingError(_message(error), _hint(used, frames), sql) from None


def _look() -> int:
    """Python between SQLite's steps: where a signal's handler runs, and may raise."""
    return 0


def _was_stopped(error: Exception) -> bool:
    """What is raised in `_look` ends the statement, and SQLite says no more than that."""
    cause = error.__cause__ if isinstance(error, pd.errors.DatabaseError) else error
    return getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT


def _load(database: sqlite3.Connection, name: str, frame: pd.DataFrame) -> None:
    index = frame.index
    plain = isinstance(index, pd.RangeIndex) and index.name is None
    flat = frame if plain else frame.reset_index()
    columns = {}
    for number, label in enumerate(flat.columns):
        column = flat.iloc[:, number]
        columns[str(label)] = column.map(_storable) if column.dtype == object else column
    try:
        pd.DataFrame(columns).to_sql(name, database, index=False)
    except (sqlite3.Error, ValueError, OverflowError) as error:
        raise InterfaceError(
            f"The DataFrame {name} cannot be queried: {error}.",
            "SQLite takes numbers of 64 bits, text, times and bytes.",
        ) from error


def _storable(value: Any) -> Any:
    is_plain = value is None or isinstance(value, str | int | float | bytes)
    return value if is_plain else None if value is pd.NA else str(value)


def _message(error: Exception) -> str:
    cause = error.__cause__ if isinstance(error, pd.errors.DatabaseError) else error
    text = str(cause or error)
    return text[:1].upper() + text[1:].rstrip(".") + "."


def _hint(used: Mapping[str, Any], frames: Mapping[str, Any]) -> str:
    if used:
        return ""
    if not frames:
        return "The notebook has no DataFrame yet. To ask a database: %%sql CONNECTION"
    return f"DataFrames here: {', '.join(list(frames)[:10])}. To ask a database: %%sql CONNECTION"

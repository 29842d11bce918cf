"""SQLite: read-only by its mode, by an authorizer and by the process's walls."""

import re
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

from relay.data.arrow import Column, ColumnKind, RowWriter
from relay.data.engine import Chunk, End
from relay.data.errors import NoRows, QueryFailed, out_of_memory, sentence
from relay.data.parameters import Parameter
from relay.data.placeholders import bind

from .sqlite_position import position_of
from .wire import CannotOpen, Request

_BATCH_ROWS = 4096
_MAX_VALUE_BYTES = 64 * 1024 * 1024
_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: _MAX_VALUE_BYTES,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 200,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 100,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
_ALLOWED = frozenset(
    {
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_READ,
        sqlite3.SQLITE_FUNCTION,
        sqlite3.SQLITE_RECURSIVE,
    }
)
_PRAGMAS = frozenset(
    {"table_info", "table_xinfo", "table_list", "index_list", "index_info", "foreign_key_list"}
)
"""Those that say what there is; the others change the connection."""
_FORBIDDEN_FUNCTIONS = frozenset({"load_extension", "readfile", "writefile", "fts3_tokenizer"})


def files_of(request: Request) -> list[str]:
    """What the process must be able to read, as far as it exists."""
    beside = (f"{request.path}{ending}" for ending in ("", "-wal", "-shm", "-journal"))
    return [path for path in beside if Path(path).exists()]


def open_database(request: Request) -> "Sqlite":
    """Raises CannotOpen."""
    return Sqlite(request)


class Sqlite:
    def __init__(self, request: Request) -> None:
        self._request = request
        try:
            self._open(request)
        except sqlite3.Error as error:
            raise CannotOpen(str(error)) from error

    def _open(self, request: Request) -> None:
        log = Path(f"{request.path}-wal")
        # Without a log nobody is writing, and a file in WAL mode opens only if it may not change.
        fixed = "" if log.exists() and log.stat().st_size else "&immutable=1"
        self._database = sqlite3.connect(
            f"file:{quote(request.path)}?mode=ro{fixed}", uri=True, isolation_level=None
        )
        for name, most in _LIMITS.items():
            self._database.setlimit(name, most)
        self._database.execute("PRAGMA trusted_schema = OFF")
        self._database.execute("PRAGMA cell_size_check = ON")
        self._database.execute("PRAGMA query_only = ON")
        self._database.execute("SELECT count(*) FROM sqlite_schema")  # a file that is no database
        for pragma in _PRAGMAS:
            # Its first use makes its table, which the authorizer would take for a change.
            self._database.execute(f"SELECT * FROM pragma_{pragma} LIMIT 0")
        # What cannot be decoded is still shown.
        self._database.text_factory = lambda raw: raw.decode("utf-8", "replace")
        self._database.set_authorizer(_authorize)

    def parts(self, parameters: Mapping[str, Parameter]) -> Iterator[Chunk | End]:
        sql = bind(self._request.sql, parameters, "sqlite", lambda name: f":{name}")
        values = {name: _stored(value) for name, value in parameters.items()}
        try:
            cursor = self._database.execute(sql, values)
            if cursor.description is None:
                raise NoRows("SQLite")
            yield from self._batches(cursor)
        except MemoryError as error:
            raise out_of_memory(self._request.max_memory_bytes) from error
        except (sqlite3.Error, sqlite3.Warning) as error:
            position = position_of(str(error), self._request.sql, self._error_of)
            raise QueryFailed(sentence(str(error)), position=position) from error

    def _error_of(self, sql: str) -> str:
        """What SQLite says of some SQL, which is read and not run."""
        is_explained = re.match(r"\s*explain\b", sql, re.IGNORECASE)
        try:
            self._database.execute(sql if is_explained else f"EXPLAIN {sql}")
        except (sqlite3.Error, sqlite3.Warning) as error:
            return str(error)
        return ""

    def _batches(self, cursor: sqlite3.Cursor) -> Iterator[Chunk | End]:
        left = self._request.first_rows
        names = [described[0] for described in cursor.description]
        rows = cursor.fetchmany(_size(left))
        columns = [
            Column(name, _kind([row[index] for row in rows])) for index, name in enumerate(names)
        ]
        writer = RowWriter(columns)
        yield writer.head()
        while rows:
            yield writer.batch([_fitted(columns, row) for row in rows])
            left = None if left is None else left - len(rows)
            if left == 0:
                yield End(more=cursor.fetchone() is not None)
                return
            rows = cursor.fetchmany(_size(left))
        yield End(more=left == 0 and cursor.fetchone() is not None)


def _size(left: int | None) -> int:
    return _BATCH_ROWS if left is None else min(left, _BATCH_ROWS)


def _authorize(
    action: int, first: str | None, second: str | None, database: str | None, trigger: str | None
) -> int:
    if action == sqlite3.SQLITE_FUNCTION:
        forbidden = (second or "").lower() in _FORBIDDEN_FUNCTIONS
        return sqlite3.SQLITE_DENY if forbidden else sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_PRAGMA:
        known = (first or "").lower() in _PRAGMAS
        return sqlite3.SQLITE_OK if known else sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY


def _kind(values: list[object]) -> ColumnKind:
    """The narrowest kind for the values of a column's first rows: SQLite's columns have none."""
    found = {type(value) for value in values if value is not None}
    if found == {int}:
        return "integer"
    if found and found <= {int, float}:
        return "number"
    if found == {bytes}:
        return "bytes"
    return "text"


def _fitted(columns: list[Column], row: tuple[object, ...]) -> list[object]:
    return [
        str(value) if column.kind == "text" and isinstance(value, int | float) else value
        for column, value in zip(columns, row, strict=True)
    ]


def _stored(value: Parameter) -> object:
    """As SQLite stores it: it knows no dates, and decimals only as numbers."""
    if value is None or isinstance(value, int | float | str | bytes):
        return value
    return str(value)

"""PEP 249: `connect("warehouse")` gives a connection that pandas and plain code can use.

https://peps.python.org/pep-0249/
"""

import datetime
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from . import errors
from .age import MaxAge, max_age_seconds, say_age
from .arrow_stream import ArrowStream
from .column_type import ColumnType
from .errors import InterfaceError, NotSupportedError, ProgrammingError
from .python_values import python_values
from .query import open_query
from .querying import OpenedQuery

apilevel = "2.0"
threadsafety = 1  # threads may share the module, not connections
paramstyle = "named"

Row = tuple[Any, ...]

Date = datetime.date
Time = datetime.time
Timestamp = datetime.datetime
Binary = bytes
DateFromTicks = datetime.date.fromtimestamp
TimestampFromTicks = datetime.datetime.fromtimestamp


def TimeFromTicks(ticks: float) -> datetime.time:  # PEP 249's name
    """The time of day, here, so many seconds after 1970 began."""
    return datetime.time(*time.localtime(ticks)[3:6])


class TypeGroup:
    """Equal to the type codes of several kinds of column."""

    def __init__(self, *kinds: str) -> None:
        self.kinds = frozenset(kinds)

    def __eq__(self, other: object) -> bool:
        return other in self.kinds if isinstance(other, str) else self is other

    def __hash__(self) -> int:
        return hash(self.kinds)


STRING = TypeGroup("text", "json", "uuid")
BINARY = TypeGroup("bytes", "fixed_bytes")
NUMBER = TypeGroup("number", "decimal", "numeric_text", "boolean")
DATETIME = TypeGroup("date", "time", "timestamp", "duration", "interval")
ROWID = TypeGroup()


class ColumnDescription(NamedTuple):
    """The seven items that PEP 249 gives a column."""

    name: str
    type_code: str
    display_size: None = None
    internal_size: None = None
    precision: None = None
    scale: int | None = None
    null_ok: None = None


def connect(connection: str, *, max_age: MaxAge = None) -> "Connection":
    """The relay's connection of this name. It is read-only, and reached when a query is made.

    With `max_age` kept results that are no older will do.
    """
    max_age_seconds(max_age)  # what is none is said here, and not with the first query
    if not isinstance(connection, str) or not connection:
        raise InterfaceError(
            f"connect: expected a connection's name, got {connection!r}.", 'connect("demo")'
        )
    # pandas's read_sql says this of every connection but SQLAlchemy's and sqlite3's.
    warnings.filterwarnings("ignore", "pandas only supports SQLAlchemy", UserWarning)
    return Connection(connection, max_age)


class Connection:
    """Makes cursors; each query is a read-only transaction of its own."""

    Warning: ClassVar = errors.Warning
    Error: ClassVar = errors.Error
    InterfaceError: ClassVar = errors.InterfaceError
    DatabaseError: ClassVar = errors.DatabaseError
    DataError: ClassVar = errors.DataError
    OperationalError: ClassVar = errors.OperationalError
    IntegrityError: ClassVar = errors.IntegrityError
    InternalError: ClassVar = errors.InternalError
    ProgrammingError: ClassVar = errors.ProgrammingError
    NotSupportedError: ClassVar = errors.NotSupportedError

    def __init__(self, name: str, max_age: MaxAge = None) -> None:
        self.name = name
        self.max_age = max_age
        self._is_closed = False
        self._cursors: list[Cursor] = []

    def cursor(self) -> "Cursor":
        self._check_open()
        # Those that are read, or closed, need no end.
        self._cursors = [cursor for cursor in self._cursors if cursor.is_reading]
        cursor = Cursor(self)
        self._cursors.append(cursor)
        return cursor

    def execute(self, sql: str, parameters: Mapping[str, Any] | None = None) -> "Cursor":
        """A cursor that has run `sql`."""
        return self.cursor().execute(sql, parameters)

    def commit(self) -> None:
        """Nothing is ever written, so there is nothing to commit."""
        self._check_open()

    def rollback(self) -> None:
        """Nothing is ever written, so there is nothing to take back."""
        self._check_open()

    def close(self) -> None:
        """Ends the queries that are still read; every use after this is an error."""
        for cursor in self._cursors:
            cursor.close()
        self._cursors.clear()
        self._is_closed = True

    def __enter__(self) -> "Connection":
        self._check_open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Connection {self.name!r}{' (closed)' if self._is_closed else ''}>"

    def _check_open(self) -> None:
        if self._is_closed:
            raise InterfaceError(
                f"The connection {self.name!r} is closed.", f"connect({self.name!r}) opens it anew."
            )


class Cursor:
    """One query at a time, read as its rows are asked for."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.arraysize = 1
        self.description: list[ColumnDescription] | None = None
        """The columns of the last query; None before the first."""
        self._is_closed = False
        self._opened: OpenedQuery | None = None
        self._parts: Iterator[bytes] = iter(())
        self._stream = ArrowStream()
        self._rows: list[Row] = []
        self._at = 0
        self._rows_come = 0
        self._is_whole = False

    @property
    def rowcount(self) -> int:
        """How many rows the query gave; -1 as long as not all of them have come."""
        return self._rows_come if self._is_whole else -1

    @property
    def is_reading(self) -> bool:
        """Whether the database may still be at work for this cursor."""
        return self._opened is not None and not self._is_whole

    def execute(self, sql: str, parameters: Mapping[str, Any] | None = None) -> "Cursor":
        """Run one statement with `:name` bound; returns the cursor. Raises Error."""
        self._check_open()
        self._end()
        if parameters is not None and not isinstance(parameters, Mapping):
            raise ProgrammingError(
                f"execute: expected parameters by name, got {type(parameters).__name__}.",
                'cursor.execute("select * from sales where city = :city", {"city": "Osaka"})',
            )
        self._forget()
        max_age = self.connection.max_age
        opened = open_query(self.connection.name, sql, dict(parameters or {}), max_age=max_age)
        self._opened, self._parts = opened, opened.parts()
        try:
            while self._stream.types is None and self._read_part():
                pass
        except BaseException:
            self._end()
            raise
        say_age(self.connection.name, opened.age_seconds, opened.is_offline)
        self.description = [_description(each) for each in self._stream.types or []]
        return self

    def executemany(self, sql: str, parameters: Sequence[Mapping[str, Any]]) -> None:
        """PEP 249 has it for statements that write; a read-only connection has none."""
        raise NotSupportedError(
            "executemany is for statements that write; connections only read.",
            "Call execute for each set of parameters.",
        )

    def fetchone(self) -> Row | None:
        """The next row; None after the last."""
        self._check_result()
        return next(self, None)

    def fetchmany(self, size: int | None = None) -> list[Row]:
        """The next `size` (else `arraysize`) rows, fewer at the end."""
        self._check_result()
        wanted = self.arraysize if size is None else size
        rows: list[Row] = []
        while len(rows) < wanted and self._has_rows():
            taken = self._rows[self._at : self._at + wanted - len(rows)]
            self._at += len(taken)
            rows += taken
        return rows

    def fetchall(self) -> list[Row]:
        """All rows that are left."""
        self._check_result()
        rows: list[Row] = []
        while self._has_rows():
            rows += self._rows[self._at :]
            self._at = len(self._rows)
        return rows

    def __iter__(self) -> Iterator[Row]:
        return self

    def __next__(self) -> Row:
        self._check_result()
        if not self._has_rows():
            raise StopIteration
        row = self._rows[self._at]
        self._at += 1
        return row

    def setinputsizes(self, sizes: object) -> None:
        """PEP 249 lets it do nothing."""

    def setoutputsize(self, size: int, column: int | None = None) -> None:
        """PEP 249 lets it do nothing."""

    def close(self) -> None:
        """Ends the query in the database if it is not read to its end."""
        self._end()
        self._forget()
        self._is_closed = True

    def __enter__(self) -> "Cursor":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_opened", None) is not None:
            self._end()

    def _forget(self) -> None:
        self._opened, self._parts, self._stream = None, iter(()), ArrowStream()
        self._rows, self._at, self._rows_come = [], 0, 0
        self._is_whole = False
        self.description = None

    def _end(self) -> None:
        if self._opened is not None:
            self._opened.close()

    def _has_rows(self) -> bool:
        while self._at >= len(self._rows):
            if not self._read_part():
                return False
        return True

    def _read_part(self) -> bool:
        """Whether there was one more; its rows, if it has any, take the place of those read."""
        part = next(self._parts, None)
        if part is None:
            if self._opened is not None and not self._is_whole:
                self._stream.end()
                self._is_whole = True
            return False
        rows: list[Row] = []
        for batch in self._stream.feed(part):
            rows += zip(*(python_values(column) for column in batch), strict=True)
        if rows:
            # What is left unread is kept: the schema may have come with the first rows.
            self._rows = self._rows[self._at :] + rows
            self._at = 0
            self._rows_come += len(rows)
        return True

    def _check_open(self) -> None:
        self.connection._check_open()
        if self._is_closed:
            raise InterfaceError("This cursor is closed.", "connection.cursor() gives another.")

    def _check_result(self) -> None:
        self._check_open()
        if self._opened is None:
            raise ProgrammingError("There is no result yet.", "Call execute first.")


def _description(kind: ColumnType) -> ColumnDescription:
    scale = kind.scale if kind.kind == "decimal" else None
    return ColumnDescription(name=kind.name, type_code=kind.kind, scale=scale)

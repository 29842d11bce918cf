"""Redshift by psycopg: rows come through a cursor of the server and leave as Arrow, in a thread of
their own. ADBC's PostgreSQL driver does not speak to Redshift.

Each query has a connection of its own: whatever a statement does to its session ends with it.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, suppress
from decimal import Decimal
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.string import TextLoader

from .arrow import Column, ColumnKind, RowWriter
from .declaration import Declaration
from .engine import Chunk, End, Statement
from .errors import (
    ROLE_HINT,
    BadParameter,
    ConnectionRefused,
    DataError,
    NoRows,
    QueryFailed,
    connection_lost,
    out_of_time,
    sentence,
)
from .parameters import Parameter
from .placeholders import bind, original_position
from .reading import in_thread

_CONNECT_SECONDS = 10
_PORT = 5439
_BATCH_ROWS = 2048
_CURSOR = "declare result cursor for "
_POWERFUL = "select usename from pg_user where usename = current_user and usesuper"
_KINDS: dict[str, ColumnKind] = {
    "bool": "boolean",
    "int2": "integer",
    "int4": "integer",
    "int8": "integer",
    "oid": "integer",
    "float4": "number",
    "float8": "number",
    "bytea": "bytes",
    "date": "date",
    "timestamp": "timestamp",
    "timestamptz": "instant",
}


class RedshiftEngine:
    def __init__(self, declaration: Declaration, password: str) -> None:
        self._declaration = declaration
        self._password = password

    def run(self, statement: Statement) -> AbstractAsyncContextManager[AsyncIterator[Chunk | End]]:
        return in_thread(_Reading(self._declaration, self._password, statement), "redshift")

    async def check(self) -> str:
        def connect() -> str:
            reading = _Reading(self._declaration, self._password, Statement(sql=""))
            try:
                return f"Redshift: {reading.connect().execute('select version()').fetchone()[0]}"
            finally:
                reading.close()

        return await asyncio.to_thread(connect)


class _Reading:
    def __init__(self, declaration: Declaration, password: str, statement: Statement) -> None:
        self._declaration = declaration
        self._password = password
        self._statement = statement
        self._left = statement.first_rows
        self._rows: list[Any] = []
        """Fetched, and not handed on yet."""
        self._connection: Any = None
        self._cursor: Any = None
        self._writer: RowWriter | None = None
        self._ended = False
        self._closing = threading.Lock()
        self._closed = False

    def connect(self) -> Any:
        """A connection in a read-only transaction. Raises ConnectionRefused when the server does,
        or when the role may do too much."""
        declared = self._declaration
        try:
            connection = psycopg.connect(
                host=declared.host,
                port=declared.port or _PORT,
                dbname=declared.database,
                user=declared.user,
                password=self._password,
                connect_timeout=_CONNECT_SECONDS,
                application_name="wasm-runtime",
                # Redshift names its encoding as psycopg does not know it.
                client_encoding="utf8",
                # Files of the relay's own user must not add to what was declared.
                passfile="/dev/null/none",
                **declared.options,  # type: ignore[arg-type]
            )
            connection.read_only = True
            _read_as_text(connection)
            with self._closing:
                self._connection = connection
            powerful = connection.execute(_POWERFUL).fetchone()
        except psycopg.Error as error:
            raise _refused(declared, error) from None
        if powerful and not declared.accept_powerful_role:
            raise ConnectionRefused(
                declared.name, f"the role {declared.user} is a superuser", ROLE_HINT
            )
        return connection

    def open(self) -> Chunk:
        connection = self.connect()
        statement = self._statement
        text = bind(statement.sql, statement.parameters, "redshift", self._spelled)
        milliseconds = max(1, int(statement.seconds * 1000))
        try:
            connection.execute(f"set statement_timeout to {milliseconds}")
            self._cursor = connection.cursor()
            # What is prepared is one statement, never several.
            self._cursor.execute(f"{_CURSOR}{text.rstrip().rstrip(';')}\n", prepare=True)
        except psycopg.Error as error:
            raise self._failure(error) from None
        self._rows = self._fetched()
        columns = [_column(each) for each in self._cursor.description]
        if not columns:
            raise NoRows(self._declaration.name)
        self._writer = RowWriter(columns)
        return self._writer.head()

    def next(self) -> Chunk | End:
        assert self._writer is not None
        if self._left == 0:
            return End(more=bool(self._rows))
        rows = self._rows if self._left is None else self._rows[: self._left]
        if not rows:
            self._ended = True
            return End()
        self._rows = self._rows[len(rows) :] or self._fetched()
        if self._left is not None:
            self._left -= len(rows)
        return self._writer.batch(rows)

    def cancel(self) -> None:
        with self._closing:
            if self._connection is None or self._ended or self._closed:
                return
            with suppress(psycopg.Error):
                self._connection.cancel_safe(timeout=_CONNECT_SECONDS)

    def close(self) -> None:
        """The server rolls back."""
        with self._closing:
            self._closed = True
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.close()

    def _fetched(self) -> list[Any]:
        try:
            self._cursor.execute(f"fetch forward {_BATCH_ROWS} from result")
            return list(self._cursor.fetchall())
        except psycopg.Error as error:
            raise self._failure(error) from None

    def _spelled(self, name: str) -> str:
        value = self._statement.parameters[name]
        if isinstance(value, bytes):
            raise BadParameter(
                f"Parameter {name}: Redshift takes no bytes.",
                hint=f"Pass them as text in hex, and write from_hex(:{name}).",
            )
        return _spelled(value, self._connection)

    def _failure(self, error: psycopg.Error) -> DataError:
        diagnosis = error.diag
        said = diagnosis.message_primary or str(error).split("\n")[0]
        state = error.sqlstate or ""
        if "statement timeout" in said:
            return out_of_time(self._declaration.name)
        is_lost = isinstance(error, psycopg.OperationalError) and not state
        if is_lost or state.startswith(("08", "57P")):
            return connection_lost(self._declaration.name)
        position = None
        if diagnosis.statement_position:
            at = int(diagnosis.statement_position) - 1 - len(_CURSOR)
            statement = self._statement
            position = original_position(
                statement.sql, max(at, 0), statement.parameters, "redshift", self._spelled
            )
        return QueryFailed(
            f"{sentence(said)} [{state or 'psycopg'}]", diagnosis.message_hint or "", position
        )


def _spelled(value: Parameter, connection: Any) -> str:
    """A value as the driver writes it: a cursor binds nothing in Redshift."""
    spelled = str(sql.Literal(value).as_string(connection))
    match value:
        case float():
            return f"{spelled}::float8"
        case Decimal():
            exponent = value.as_tuple().exponent
            scale = -exponent if isinstance(exponent, int) else 0
            return f"{spelled}::numeric(38, {max(0, min(scale, 37))})"
    return spelled


def _read_as_text(connection: Any) -> None:
    """What Arrow has no value for, as the server writes it."""
    for kind in psycopg.adapters.types:
        if kind.name not in _KINDS and kind.name != "numeric":
            connection.adapters.register_loader(kind.oid, TextLoader)
        if kind.array_oid:
            connection.adapters.register_loader(kind.array_oid, TextLoader)


def _column(described: Any) -> Column:
    known = psycopg.adapters.types.get(described.type_code)
    is_array = known is not None and described.type_code == known.array_oid
    name = known.name if known and not is_array else ""
    if name == "numeric":
        if described.precision is not None and described.precision <= 38:
            return Column(described.name, "decimal", described.precision, described.scale or 0)
        return Column(described.name, "digits")
    return Column(described.name, _KINDS.get(name, "text"))


_REASONS: list[tuple[str, Callable[[Declaration], str]]] = [
    ("password authentication failed", lambda d: f"the server refused {d.user}'s password"),
    ("no password supplied", lambda d: "the server wants a password, and none is declared"),
    ("Connection refused", lambda d: f"nothing listens at {d.host} port {d.port or _PORT}"),
    ("No such file or directory", lambda d: f"nothing listens at {d.host}"),
    ("failed to resolve host", lambda d: f"there is no host {d.host}"),
    ("could not translate host name", lambda d: f"there is no host {d.host}"),
    ("timeout expired", lambda d: f"{d.host} did not answer in {_CONNECT_SECONDS} seconds"),
]


def _refused(declaration: Declaration, error: Exception) -> ConnectionRefused:
    text = str(error)
    for known, reason in _REASONS:
        if known in text:
            return ConnectionRefused(declaration.name, reason(declaration))
    said = text.split("\n")[0].rsplit("FATAL:", 1)[-1].strip()
    return ConnectionRefused(declaration.name, f"the server refused the connection: {said}")

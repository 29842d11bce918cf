"""PostgreSQL by ADBC: rows come as COPY and leave as Arrow, in a thread of their own.

Each query has a connection of its own: whatever a statement does to its session ends with it.
"""

import asyncio
import re
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, suppress
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import adbc_driver_manager
import adbc_driver_postgresql.dbapi as adbc
import nanoarrow

from .arrow import Batches
from .declaration import Declaration
from .engine import Chunk, End, Statement
from .errors import (
    ROLE_HINT,
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
from .postgres_types import FINITE, readable
from .reading import in_thread

_CONNECT_SECONDS = 10
_BATCH_BYTES = 256 * 1024
_POWERFUL = """
    select coalesce(string_agg(rolname, ', ' order by rolname), '')
    from pg_catalog.pg_roles
    where (rolsuper or rolname in
        ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program'))
    and pg_catalog.pg_has_role(session_user, oid, 'MEMBER')
"""
# COPY takes a query and nothing else; what these give is small.
_NOT_FOR_COPY = re.compile(r"(?:\s|--[^\n]*\n|/\*.*?\*/)*(?:explain|show)\b", re.I | re.S)


class PostgresEngine:
    def __init__(self, declaration: Declaration, password: str) -> None:
        self._declaration = declaration
        self._url = _url(declaration, password)

    def run(self, statement: Statement) -> AbstractAsyncContextManager[AsyncIterator[Chunk | End]]:
        return in_thread(_Reading(self._url, self._declaration, statement), "postgresql")

    async def check(self) -> str:
        def connect() -> str:
            reading = _Reading(self._url, self._declaration, Statement(sql=""))
            try:
                reading.connect()
                return f"PostgreSQL {reading.value('show server_version')}"
            finally:
                reading.close()

        return await asyncio.to_thread(connect)


class _Reading:
    """One connection and the one statement it runs. All but `cancel` is for one thread."""

    def __init__(self, url: str, declaration: Declaration, statement: Statement) -> None:
        self._url = url
        self._declaration = declaration
        self._statement = statement
        self._connection: Any = None
        self._cursor: Any = None
        self._batches: Batches | None = None
        self._closing = threading.Lock()
        self._closed = False

    def connect(self) -> None:
        """Raises ConnectionRefused when the server does, or when the role may do too much."""
        try:
            self._connection = adbc.connect(self._url, autocommit=True)
            self._cursor = self._connection.cursor()
            self._cursor.execute("begin transaction read only")
            powerful = self.value(_POWERFUL)
        except adbc_driver_manager.Error as error:
            raise _refused(self._declaration, error) from None
        if powerful and not self._declaration.accept_powerful_role:
            raise ConnectionRefused(
                self._declaration.name,
                f"the role {self._declaration.user} has the powers of {powerful}, and could read "
                "the server's files even in a read-only transaction",
                ROLE_HINT,
            )

    def open(self) -> Chunk:
        self.connect()
        statement = self._statement
        sql = bind(statement.sql, statement.parameters, "postgresql", self._spelled)
        try:
            milliseconds = max(1, int(statement.seconds * 1000))
            self._cursor.execute(f"set local statement_timeout = {milliseconds}")
            self._bind_parameters()
            # The line break ends a comment: what the driver puts behind it must not be part of it.
            sql = f"{sql.rstrip().rstrip(';')}\n"
            columns = nanoarrow.Schema(self._cursor.adbc_execute_schema(sql)).fields
            sql = readable(sql, list(columns))
            copy = "false" if _NOT_FOR_COPY.match(sql) else "true"
            self._cursor.adbc_statement.set_options(
                **{
                    "adbc.postgresql.batch_size_hint_bytes": str(_BATCH_BYTES),
                    "adbc.postgresql.use_copy": copy,
                }
            )
            self._cursor.execute(sql)
            self._batches = Batches(self._cursor.fetch_arrow(), statement.first_rows, FINITE)
        except (adbc_driver_manager.Error, RuntimeError) as error:
            raise self._failure(error) from None
        if self._batches.columns == 0:
            raise NoRows(self._declaration.name)
        return self._batches.head()

    def next(self) -> Chunk | End:
        assert self._batches is not None
        try:
            return self._batches.next()
        except (adbc_driver_manager.Error, RuntimeError) as error:
            raise self._failure(error) from None

    def cancel(self) -> None:
        with self._closing:
            if self._cursor is None or self._closed or (self._batches and self._batches.ended):
                return
            with suppress(adbc_driver_manager.Error):
                self._cursor.adbc_cancel()

    def close(self) -> None:
        """The server rolls back, which also undoes what a read-only transaction does not catch."""
        with self._closing:
            self._closed = True
        self._batches = None
        for each in (self._cursor, self._connection):
            if each is not None:
                with suppress(adbc_driver_manager.Error):
                    each.close()

    def value(self, sql: str) -> str:
        """The one value that a query of ours has."""
        self._cursor.adbc_statement.set_options(**{"adbc.postgresql.use_copy": "false"})
        self._cursor.execute(sql)
        (row,) = nanoarrow.ArrayStream(self._cursor.fetch_arrow()).read_all().to_pylist()
        (value,) = row.values()
        return str(value)

    def _spelled(self, name: str) -> str:
        return _spelled(name, self._statement.parameters[name])

    def _bind_parameters(self) -> None:
        """COPY binds nothing. So values are bound to settings, which end with the transaction, and
        the statement reads the settings."""
        texts = {
            name: _text(value)
            for name, value in self._statement.parameters.items()
            if value is not None
        }
        if not texts:
            return
        settings = ", ".join(
            f"pg_catalog.set_config('{_setting(name)}', ${number}, true)"
            for number, name in enumerate(texts, 1)
        )
        self._cursor.execute(f"select {settings}", _Texts(list(texts.values())))
        nanoarrow.ArrayStream(self._cursor.fetch_arrow()).read_all()

    def _failure(self, error: Exception) -> DataError:
        details = dict(getattr(error, "details", ()))
        message = details.get(b"PG_DIAG_MESSAGE_PRIMARY", b"").decode(errors="replace")
        state = getattr(error, "sqlstate", None)
        if not message or (state or "").startswith(("08", "57P")):
            return _broken(self._declaration, error, message)
        position = None
        if b"PG_DIAG_STATEMENT_POSITION" in details:
            position = original_position(
                self._statement.sql,
                int(details[b"PG_DIAG_STATEMENT_POSITION"]) - 1,
                self._statement.parameters,
                "postgresql",
                self._spelled,
            )
        hint = details.get(b"PG_DIAG_MESSAGE_HINT", b"").decode(errors="replace")
        return QueryFailed(f"{sentence(message)} [{state}]", hint, position)


class _Texts:
    """One row of texts, as parameters."""

    def __init__(self, texts: list[str]) -> None:
        self._row = nanoarrow.c_array_from_buffers(
            nanoarrow.struct({f"p{n}": nanoarrow.string() for n in range(len(texts))}),
            1,
            [None],
            null_count=0,
            children=[nanoarrow.c_array([text], nanoarrow.string()) for text in texts],
        )

    def __arrow_c_array__(self, requested_schema: object = None) -> object:
        return self._row.__arrow_c_array__(requested_schema)


def _setting(name: str) -> str:
    return f"wasm_runtime.{name}"


def _spelled(name: str, value: Parameter) -> str:
    setting = f"pg_catalog.current_setting('{_setting(name)}')"
    match value:
        case None:
            return "null"
        case bool():
            return f"{setting}::boolean"
        case int():
            # The type that a number in the text would have: functions are chosen by it.
            return f"{setting}::{'int4' if -(2**31) <= value < 2**31 else 'int8'}"
        case float():
            return f"{setting}::float8"
        case Decimal():
            return f"{setting}::numeric"
        case bytes():
            return f"pg_catalog.decode({setting}, 'hex')"
        case datetime():
            return f"{setting}::{'timestamp' if value.tzinfo is None else 'timestamptz'}"
        case date():
            return f"{setting}::date"
    return setting


def _text(value: Parameter) -> str:
    match value:
        case bytes():
            return value.hex()
        case date():
            return value.isoformat()
    return str(value)


def _url(declaration: Declaration, password: str) -> str:
    given: Mapping[str, object] = {
        "host": declaration.host,
        "port": declaration.port or 5432,
        "dbname": declaration.database,
        "user": declaration.user,
        "password": password,
        "connect_timeout": _CONNECT_SECONDS,
        "application_name": "wasm-runtime",
        # Files of the relay's own user must not add to what was declared.
        "passfile": "/dev/null/none",
        "gssencmode": "disable",
        **declaration.options,
    }
    return "postgresql:///?" + "&".join(
        f"{name}={quote(str(value), safe='')}" for name, value in given.items() if value != ""
    )


_SAID = re.compile(r"^.*?(?:FATAL|ERROR):\s*(.*)$", re.S)
_REASONS: list[tuple[str, Callable[[Declaration], str]]] = [
    ("password authentication failed", lambda d: f"the server refused {d.user}'s password"),
    ("no password supplied", lambda d: "the server wants a password, and none is declared"),
    ("Connection refused", lambda d: f"nothing listens at {d.host} port {d.port or 5432}"),
    ("could not translate host name", lambda d: f"there is no host {d.host}"),
    ("timeout expired", lambda d: f"{d.host} did not answer in {_CONNECT_SECONDS} seconds"),
    ("too many clients", lambda d: "the server takes no more connections"),
    (
        "too many connections for role",
        lambda d: f"the server takes no more connections of {d.user}",
    ),
    ("remaining connection slots", lambda d: "the server takes no more connections"),
]


def _refused(declaration: Declaration, error: Exception) -> ConnectionRefused:
    text = str(error)
    for known, reason in _REASONS:
        if known in text:
            return ConnectionRefused(declaration.name, reason(declaration))
    said = _SAID.sub(r"\1", text).split("\n")[0]
    return ConnectionRefused(declaration.name, f"the server refused the connection: {said}")


def _broken(declaration: Declaration, error: Exception, message: str) -> DataError:
    """An error that came without details, as it does once rows are on their way."""
    said = message or _SAID.sub(r"\1", str(error)).split("\n")[0]
    if "statement timeout" in said:
        return out_of_time(declaration.name)
    lost = ("server closed the connection", "terminating connection", "SSL", "no connection")
    if any(sign in said for sign in lost):
        return connection_lost(declaration.name)
    return QueryFailed(sentence(said))

"""Databases that an ADBC driver reaches: Flight SQL, Snowflake, BigQuery, and whatever driver the
operator installed. Each query has a connection of its own, in a thread of its own.

None of them says reliably whether a role may write, so the declaration has to: without
`accept_powerful_role` there is no connection. Where the server has transactions, each query is one
that is rolled back.
"""

import asyncio
import importlib
import re
import threading
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, suppress
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from types import ModuleType
from typing import Any

import adbc_driver_manager

from .adbc_drivers import AdbcDriver, driver_of
from .arrow import Batches, Column, row_batch
from .declaration import Declaration
from .engine import Chunk, End, Statement
from .errors import (
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
from .statements import statements_in

_CHECK_SECONDS = 10.0
_MAX_SAID = 300
_EARLY_SECONDS = 0.2
"""The server's clock began before ours, or its answer took so long."""
# No wall: it stops what a person sends by mistake. The role is what keeps the data safe.
_READS = re.compile(
    r"(?:\s|--[^\n]*\n|/\*.*?\*/|\()*(?:select|with|from|values|table|show|desc|describe|explain)\b",
    re.IGNORECASE | re.DOTALL,
)

# As DataFusion says it, and Snowflake; the number that the first column has.
_PLACES = [
    (re.compile(r"Line: (?P<line>\d+), Column: (?P<column>\d+)"), 1),
    (re.compile(r"line (?P<line>\d+) at position (?P<column>\d+)"), 0),
]


class AdbcEngine:
    """Raises ImportError when its driver is not installed."""

    def __init__(self, declaration: Declaration, password: str) -> None:
        self._declaration = declaration
        self._password = password
        self._driver = driver_of(declaration.engine)
        self._module = importlib.import_module(self._driver.module)

    def run(self, statement: Statement) -> AbstractAsyncContextManager[AsyncIterator[Chunk | End]]:
        return in_thread(self._reading(statement), self._declaration.engine)

    async def check(self) -> str:
        def connect() -> str:
            reading = self._reading(Statement(sql="select 1", seconds=_CHECK_SECONDS))
            try:
                reading.open()
                return self._driver.title
            finally:
                reading.close()

        return await asyncio.to_thread(connect)

    def _reading(self, statement: Statement) -> "_Reading":
        return _Reading(self._driver, self._module, self._declaration, self._password, statement)


class _Reading:
    def __init__(
        self,
        driver: AdbcDriver,
        module: ModuleType,
        declaration: Declaration,
        password: str,
        statement: Statement,
    ) -> None:
        self._driver = driver
        self._module = module
        self._declaration = declaration
        self._password = password
        self._statement = statement
        self._names: list[str] = []
        """Of the parameters, in the order of their places."""
        self._database: Any = None
        self._connection: Any = None
        self._running: Any = None
        self._batches: Batches | None = None
        self._started = time.monotonic()
        self._closing = threading.Lock()
        self._closed = False

    def open(self) -> Chunk:
        self._connect()
        statement = self._statement
        if not _READS.match(statement.sql):
            raise NoRows(self._declaration.name)
        starts = list(statements_in(statement.sql, self._declaration.engine))
        if len(starts) > 1:
            raise QueryFailed(
                f"{self._declaration.name}: a query is one statement, and these are {len(starts)}.",
                hint="Run each by itself.",
                position=starts[1],
            )

        def spelled(name: str) -> str:
            self._names.append(name)
            return self._place(len(self._names))

        sql = bind(statement.sql, statement.parameters, self._declaration.engine, spelled)
        self._started = time.monotonic()
        try:
            for ours in self._driver.begin(statement.seconds):
                self._begin(ours).execute_update()
            running = self._begin(sql.rstrip().rstrip(";"))
            running.set_options(**self._driver.limits(statement.seconds))
            if self._names:
                running.prepare()
                running.bind(self._values())
            stream, _ = running.execute_query()
            self._batches = Batches(stream, statement.first_rows)
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
            if self._running is None or self._closed or (self._batches and self._batches.ended):
                return
            with suppress(adbc_driver_manager.Error):
                self._running.cancel()

    def close(self) -> None:
        """The server rolls back what was not committed."""
        self.cancel()
        with self._closing:
            self._closed = True
        self._batches = None
        for each in (self._running, self._connection, self._database):
            self._end(each)

    def _connect(self) -> None:
        """Raises ConnectionRefused."""
        declared = self._declaration
        if not declared.accept_powerful_role:
            raise ConnectionRefused(
                declared.name,
                f"{self._driver.title} does not tell whether a role only reads",
                "Give it a role that only reads, and declare accept_powerful_role = true to say "
                "that this was done.",
            )
        try:
            options = self._driver.options(declared, self._password)
        except OSError as error:
            reason = f"its sslrootcert cannot be read: {error.strerror}"
            raise ConnectionRefused(declared.name, reason) from None
        options.pop("placeholder", None)
        try:
            self._database = self._driver.open(self._module, options)
            self._connection = adbc_driver_manager.AdbcConnection(self._database)
            with suppress(adbc_driver_manager.NotSupportedError):
                self._connection.set_autocommit(False)
        except (adbc_driver_manager.Error, RuntimeError) as error:
            raise self._refused(error) from None

    def _begin(self, sql: str) -> Any:
        """A new statement, in place of the one before."""
        self._end(self._running)
        running = adbc_driver_manager.AdbcStatement(self._connection)
        with self._closing:
            self._running = running
        running.set_sql_query(sql)
        return running

    @staticmethod
    def _end(each: Any) -> None:
        if each is not None:
            with suppress(adbc_driver_manager.Error, RuntimeError):
                each.close()

    def _place(self, number: int) -> str:
        """How the SQL says where a value goes."""
        return f"${number}" if self._declaration.options.get("placeholder") == "$" else "?"

    def _values(self) -> Any:
        """One row, in the order of the places."""
        values = [self._statement.parameters[name] for name in self._names]
        columns = [_column(f"p{at}", value) for at, value in enumerate(values)]
        return row_batch(columns, [values])

    def _refused(self, error: Exception) -> ConnectionRefused:
        declared, said = self._declaration, self._said(error)
        at = f"at {declared.host} port {declared.port}" if declared.port else "there"
        reasons = {
            "connection refused": f"nothing listens {at}",
            "no such host": f"there is no host {declared.host}",
            "produced zero addresses": f"there is no host {declared.host}",
            "unauthorized": f"the server refused {declared.user}'s password",
            "unauthenticated": f"the server refused {declared.user}'s password",
            "password authentication failed": f"the server refused {declared.user}'s password",
        }
        whole = str(error).lower()
        for known, reason in reasons.items():
            if known in whole and declared.host:
                return ConnectionRefused(declared.name, reason)
        return ConnectionRefused(declared.name, f"it cannot be reached: {said}")

    def _failure(self, error: Exception) -> DataError:
        name, said = self._declaration.name, self._said(error)
        status = getattr(error, "status_code", None)
        codes = adbc_driver_manager.AdbcStatusCode
        # A server that keeps the same limit may end the answer in the middle of a word.
        is_late = time.monotonic() > self._started + self._statement.seconds - _EARLY_SECONDS
        if status == codes.TIMEOUT or is_late:
            return out_of_time(name)
        lost = "server closed the connection" in said or "terminating connection" in said
        if lost or (status == codes.IO and "Unavailable" in str(error)):
            # Some drivers connect with the first statement.
            return connection_lost(name) if self._batches else self._refused(error)
        return QueryFailed(sentence(said), position=self._position(said))

    def _said(self, error: Exception) -> str:
        """The server's words, without those of the driver."""
        text = re.sub(r"^[A-Z_]+: (?:\[[^\]]*\] )?", "", str(error))
        text = re.sub(
            r"(?: \(\w+; \w+\))?\.?(?: Vendor code: -?\d+)?(?: SQLSTATE: \w+)?$", "", text
        )
        text = text.replace(self._password, "***") if self._password else text
        return text if len(text) <= _MAX_SAID else f"{text[:_MAX_SAID]}…"

    def _position(self, said: str) -> int | None:
        """The character of the SQL that the words point at, if they do."""
        for pattern, first_column in _PLACES:
            if found := pattern.search(said):
                return self._position_of(int(found["line"]), int(found["column"]) - first_column)
        return None

    def _position_of(self, line: int, column: int) -> int:
        """`line` is counted from 1, `column` from 0."""
        statement, numbers = self._statement, count(1)
        before = statement.sql.splitlines(keepends=True)[: line - 1]
        return original_position(
            statement.sql,
            sum(map(len, before)) + column,
            statement.parameters,
            self._declaration.engine,
            lambda name: self._place(next(numbers)),
        )


def _column(name: str, value: Parameter) -> Column:
    match value:
        case bool():
            return Column(name, "boolean")
        case int():
            return Column(name, "integer")
        case float():
            return Column(name, "number")
        case bytes():
            return Column(name, "bytes")
        case Decimal():
            exponent = value.as_tuple().exponent
            scale = -exponent if isinstance(exponent, int) else 0
            return Column(name, "decimal", 38, max(0, min(scale, 38)))
        case datetime():
            return Column(name, "timestamp" if value.tzinfo is None else "instant")
        case date():
            return Column(name, "date")
    return Column(name, "text")

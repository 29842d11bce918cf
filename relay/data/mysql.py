"""MySQL and MariaDB by asyncmy: rows come unbuffered and leave as Arrow.

Each query has a connection of its own: whatever a statement does to its session ends with it.
"""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import asyncmy
from asyncmy import errors as driver_errors
from asyncmy.constants import FIELD_TYPE, FLAG
from asyncmy.cursors import SSCursor

from .arrow import Column, RowWriter
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
from .placeholders import bind

_CONNECT_SECONDS = 10
_BATCH_ROWS = 2048
_BINARY = 63  # the character set of what is no text
_READING = frozenset({"USAGE", "SELECT", "SHOW VIEW", "SHOW DATABASES"})
"""All that a role may be granted. A read-only transaction alone is no wall: in MariaDB the one
statement BEGIN NOT ATOMIC COMMIT; SET SESSION TRANSACTION READ WRITE; DELETE … END wrote."""
_LOST = frozenset({1927, 2006, 2013, 2055, 1053, 1152, 1158, 1159, 1160, 1161})
_OUT_OF_TIME = frozenset({1969, 3024})
_DENIED = {
    1045: "the server refused {user}'s password",
    1698: "the server refused {user}'s password",
    1049: "there is no database {database}",
    1040: "the server takes no more connections",
    1203: "the server takes no more connections of {user}",
    1226: "the server takes no more connections of {user}",
    1044: "{user} may not use the database {database}",
}


class MysqlEngine:
    def __init__(self, declaration: Declaration, password: str) -> None:
        self._declaration = declaration
        self._password = password

    @asynccontextmanager
    async def run(self, statement: Statement) -> AsyncIterator[AsyncIterator[Chunk | End]]:
        connection = await self._connect()
        reading = _Reading(self._declaration, connection, statement)
        try:
            yield reading.parts()
        finally:
            if not reading.ended:
                await self._kill(connection.thread_id())
            connection.close()

    async def check(self) -> str:
        connection = await self._connect()
        try:
            return f"MySQL {await _value(connection, 'SELECT VERSION()')}"
        finally:
            connection.close()

    async def _connect(self) -> Any:
        """A connection whose role may only read. Raises ConnectionRefused."""
        connection = await self._open()
        try:
            granted = await _rows(connection, "SHOW GRANTS FOR CURRENT_USER()")
            more = sorted(_privileges([str(grant) for (grant,) in granted]) - _READING)
            if more and not self._declaration.accept_powerful_role:
                raise ConnectionRefused(
                    self._declaration.name,
                    f"the role {self._declaration.user} may do more than read: {', '.join(more)}",
                    ROLE_HINT,
                )
        except BaseException:
            connection.close()
            raise
        return connection

    async def _open(self) -> Any:
        declared = self._declaration
        socket = declared.host if declared.host.startswith("/") else None
        try:
            return await asyncmy.connect(
                host=None if socket else declared.host,
                unix_socket=socket,
                port=declared.port or 3306,
                user=declared.user,
                password=self._password.encode(),  # from text the driver would make Latin-1
                database=declared.database or None,
                charset="utf8mb4",
                autocommit=True,
                local_infile=False,
                connect_timeout=_CONNECT_SECONDS,
                ssl=_tls(declared.options),
                init_command="SET SESSION time_zone = '+00:00'",
            )
        except (driver_errors.MySQLError, OSError, TimeoutError) as error:
            raise _refused(declared, error) from None

    async def _kill(self, thread_id: int) -> None:
        """End the query in the server; closing the connection alone would let it run on."""
        with suppress(DataError, driver_errors.MySQLError, OSError):
            async with asyncio.timeout(_CONNECT_SECONDS):
                other = await self._open()
                try:
                    await _rows(other, f"KILL CONNECTION {int(thread_id)}")
                finally:
                    other.close()


class _Reading:
    """One connection and the one statement it runs."""

    def __init__(self, declaration: Declaration, connection: Any, statement: Statement) -> None:
        self._declaration = declaration
        self._connection = connection
        self._statement = statement
        self.ended = False

    async def parts(self) -> AsyncIterator[Chunk | End]:
        cursor = self._connection.cursor(SSCursor)
        try:
            await self._execute(cursor)
            if cursor.description is None:
                raise NoRows(self._declaration.name)
            writer = RowWriter([_column(field) for field in cursor._result.fields])
            yield writer.head()
            left = self._statement.first_rows
            while left != 0:
                size = _BATCH_ROWS if left is None else min(left, _BATCH_ROWS)
                rows = await self._fetch(cursor, size)
                if rows:
                    yield await asyncio.to_thread(writer.batch, rows)
                if len(rows) < size:
                    self.ended = True
                    yield End()
                    return
                left = None if left is None else left - len(rows)
            more = bool(await self._fetch(cursor, 1))
            self.ended = not more
            yield End(more=more)
        except (driver_errors.MySQLError, OSError, RuntimeError) as error:
            raise self._failure(error) from None

    async def _fetch(self, cursor: Any, size: int) -> list[Any]:
        """Rows, and between two calls nothing: left alone, the driver reads as fast as the server
        sends, and would hold a result that nobody takes."""
        transport = self._connection._transport
        transport.resume_reading()
        try:
            return list(await cursor.fetchmany(size))
        finally:
            transport.pause_reading()

    async def _execute(self, cursor: Any) -> None:
        statement = self._statement
        names: list[str] = []

        def placeholder(name: str) -> str:
            names.append(name)
            return _placeholder(statement.parameters[name])

        sql = bind(statement.sql, statement.parameters, "mysql", placeholder)
        await cursor.execute(await self._time_limit())
        await cursor.execute("SET SESSION TRANSACTION READ ONLY")
        await cursor.execute("START TRANSACTION READ ONLY")
        await cursor.execute(f"SET @statement = {_spelled(sql.rstrip().rstrip(';'))}")
        for number, name in enumerate(names):
            value = _spelled(statement.parameters[name])
            await cursor.execute(f"SET @value_{number} = {value}")
        # The server finds the end of the statement and the places of the values, not we.
        await cursor.execute("PREPARE query FROM @statement")
        using = ", ".join(f"@value_{number}" for number in range(len(names)))
        await cursor.execute("EXECUTE query" + (f" USING {using}" if using else ""))

    async def _time_limit(self) -> str:
        version = str(await _value(self._connection, "SELECT VERSION()"))
        if "MariaDB" in version:
            return f"SET SESSION max_statement_time = {self._statement.seconds:.3f}"
        milliseconds = max(1, int(self._statement.seconds * 1000))
        return f"SET SESSION max_execution_time = {milliseconds}"

    def _failure(self, error: Exception) -> DataError:
        number, message = _number_and_message(error)
        if number in _LOST or isinstance(error, OSError):
            self.ended = True
            return connection_lost(self._declaration.name)
        if number in _OUT_OF_TIME:
            return out_of_time(self._declaration.name)
        return QueryFailed(f"{sentence(message)} [{number}]", position=self._position(message))

    def _position(self, message: str) -> int | None:
        """MySQL quotes the SQL from the error on, at most 80 characters of it."""
        near = re.search(r"near '(.*)' at line \d+\Z", message, re.S)
        found = self._statement.sql.find(near[1]) if near and near[1] else -1
        return found if found >= 0 else None


async def _rows(connection: Any, sql: str) -> list[tuple[Any, ...]]:
    async with connection.cursor() as cursor:
        await cursor.execute(sql)
        return list(await cursor.fetchall())


async def _value(connection: Any, sql: str) -> Any:
    ((value,),) = await _rows(connection, sql)
    return value


def _placeholder(value: Parameter) -> str:
    """A variable has no type for times: it would be text to whatever asks for its type."""
    match value:
        case datetime():
            return "CAST(? AS DATETIME(6))"
        case date():
            return "CAST(? AS DATE)"
    return "?"


def _spelled(value: Parameter) -> str:
    """A value as a literal that no content can end: text and bytes in hex, the rest checked."""
    match value:
        case None:
            return "NULL"
        case bool():
            return "TRUE" if value else "FALSE"
        case int():
            return str(int(value))
        case float():
            # With an exponent it is a DOUBLE; without, MySQL would take it for a DECIMAL.
            text = repr(float(value))
            return text if "e" in text else f"{text}e0"
        case Decimal():
            return f"{value:f}"
        case bytes():
            return f"X'{value.hex()}'"
        case datetime():
            utc = value if value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None)
            return f"TIMESTAMP'{utc.isoformat(sep=' ')}'"
        case date():
            return f"DATE'{value.isoformat()}'"
    return f"CONVERT(X'{value.encode().hex()}' USING utf8mb4)"


_INTEGERS = frozenset(
    {
        FIELD_TYPE.TINY,
        FIELD_TYPE.SHORT,
        FIELD_TYPE.INT24,
        FIELD_TYPE.LONG,
        FIELD_TYPE.LONGLONG,
        FIELD_TYPE.YEAR,
    }
)
_DECIMALS = frozenset({FIELD_TYPE.DECIMAL, FIELD_TYPE.NEWDECIMAL})
_NUMBERS = frozenset({FIELD_TYPE.FLOAT, FIELD_TYPE.DOUBLE})
_TIMES: dict[int, Any] = {
    FIELD_TYPE.DATE: "date",
    FIELD_TYPE.NEWDATE: "date",
    FIELD_TYPE.DATETIME: "timestamp",
    FIELD_TYPE.TIMESTAMP: "instant",
    FIELD_TYPE.TIME: "duration",
}


def _column(field: Any) -> Column:
    """The Arrow column for a field of the wire."""
    name, kind = field.name, field.type_code
    unsigned = bool(field.flags & FLAG.UNSIGNED)
    if kind in _INTEGERS:
        return Column(name, "unsigned" if unsigned and kind == FIELD_TYPE.LONGLONG else "integer")
    if kind in _NUMBERS:
        return Column(name, "number")
    if kind in _DECIMALS:
        digits = field.length - (0 if unsigned else 1) - (1 if field.scale else 0)
        if digits <= 38:
            return Column(name, "decimal", max(digits, 1), field.scale)
        return Column(name, "digits")
    if kind in _TIMES:
        return Column(name, _TIMES[kind])
    is_bytes = field.charsetnr == _BINARY and kind not in (FIELD_TYPE.JSON, FIELD_TYPE.NULL)
    return Column(name, "bytes" if is_bytes else "text")


def _privileges(grants: list[str]) -> set[str]:
    """What SHOW GRANTS lists; a role that was granted counts as itself."""
    found: set[str] = set()
    for grant in grants:
        granted = re.match(r"GRANT (.*?) (?:ON|TO) ", grant, re.S)
        if granted is None:
            continue
        named = re.sub(r"\([^)]*\)", "", granted[1])
        found |= {name.strip().strip("`") for name in named.split(",")}
        if " WITH GRANT OPTION" in grant:
            found.add("GRANT OPTION")
    return found


def _tls(options: Mapping[str, str]) -> ssl.SSLContext | None:
    mode = options.get("sslmode", "disable")
    if mode == "disable":
        return None
    context = ssl.create_default_context(cafile=options.get("sslrootcert"))
    if mode != "verify-full":
        context.check_hostname = False
    if mode == "require":
        context.verify_mode = ssl.CERT_NONE
    return context


def _number_and_message(error: Exception) -> tuple[int, str]:
    match error.args:
        case (int(number), message, *_):
            return number, str(message)
    return 0, str(error)


def _refused(declaration: Declaration, error: Exception) -> ConnectionRefused:
    number, message = _number_and_message(error)
    named = {"user": declaration.user, "database": declaration.database}
    known = _DENIED.get(number)
    if known is not None:
        return ConnectionRefused(declaration.name, known.format(**named))
    at = f"{declaration.host} port {declaration.port or 3306}"
    if "refused" in message or "Errno 111" in message:
        return ConnectionRefused(declaration.name, f"nothing listens at {at}")
    if "Name or service" in message or "getaddrinfo" in message:
        return ConnectionRefused(declaration.name, f"there is no host {declaration.host}")
    if isinstance(error, TimeoutError) or "timed out" in message:
        return ConnectionRefused(
            declaration.name, f"{at} did not answer in {_CONNECT_SECONDS} seconds"
        )
    return ConnectionRefused(
        declaration.name, f"the server refused the connection: {sentence(message)[:-1]}"
    )

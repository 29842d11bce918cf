"""A PostgreSQL database that several relays share."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any

import psycopg

from .database import BEGIN_STATE, COUNT_CHANGE, SCHEMA, SCHEMA_VERSION, Connection, StoreFault

_CONNECT_SECONDS = 2
_STATEMENT_MILLISECONDS = 10_000
_SCHEMA_LOCK = 0x77616163
"""Two relays that start at once make the tables once."""


class _Dialect:
    """A psycopg connection that takes `?` for a value."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def execute(self, statement: str, values: Sequence[object] = (), /) -> psycopg.Cursor[Any]:
        return self._connection.execute(statement.replace("?", "%s").encode(), values)


class PostgresDatabase:
    """One connection, used by one thread at a time; opened anew after a fault."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._turn = Lock()
        self._connection: psycopg.Connection | None = None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self._transaction() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with self._transaction() as connection:
            connection.execute(COUNT_CHANGE)
            yield connection

    def close(self) -> None:
        with self._turn:
            self._let_go()

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with self._turn:
            try:
                if self._connection is None:
                    self._connection = _open(self._url)
                with self._connection.transaction():
                    yield _Dialect(self._connection)
            except psycopg.Error as error:
                self._let_go()
                raise StoreFault(f"PostgreSQL: {error}".strip()) from error


def _open(url: str) -> psycopg.Connection:
    connection = psycopg.connect(url, autocommit=True, connect_timeout=_CONNECT_SECONDS)
    try:
        connection.execute(f"SET statement_timeout = {_STATEMENT_MILLISECONDS:d}".encode())
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_SCHEMA_LOCK,))
            dialect = _Dialect(connection)
            for statement in SCHEMA:
                dialect.execute(statement)
            dialect.execute(BEGIN_STATE, (SCHEMA_VERSION,))
            found = dialect.execute("SELECT version FROM access_state").fetchone()
        if found is None or found[0] > SCHEMA_VERSION:
            raise StoreFault("The tables were written by a later version of the relay.")
    except BaseException:
        connection.close()
        raise
    return connection

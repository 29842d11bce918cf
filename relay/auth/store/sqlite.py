"""A SQLite file that the relay and the command line may have open at the same time."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from .database import BEGIN_STATE, COUNT_CHANGE, SCHEMA, SCHEMA_VERSION, Connection, StoreFault

_BUSY_SECONDS = 5


class SqliteDatabase:
    """One connection, used by one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = Lock()
        self._connection: sqlite3.Connection | None = None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with self._transaction("BEGIN IMMEDIATE") as connection:
            connection.execute(COUNT_CHANGE)
            yield connection

    def close(self) -> None:
        with self._turn:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        try:
            with self._turn:
                if self._connection is None:
                    self._connection = _open(self._path)
                with self._connection:  # commits, or rolls back
                    self._connection.execute(begin)
                    yield self._connection
        except (sqlite3.Error, OSError) as error:
            raise StoreFault(f"{self._path}: {error}") from error


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Made before SQLite does, so that at no time anybody else may read it.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, timeout=_BUSY_SECONDS
    )
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("BEGIN IMMEDIATE")
        for statement in SCHEMA:
            connection.execute(statement)
        connection.execute(BEGIN_STATE, (SCHEMA_VERSION,))
        (version,) = connection.execute("SELECT version FROM access_state").fetchone()
        connection.execute("COMMIT")
        if version > SCHEMA_VERSION:
            raise StoreFault(f"{path} was written by a later version of the relay.")
    except BaseException:
        connection.close()
        raise
    return connection

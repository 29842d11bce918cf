"""One SQLite file with a connection to write and one to read, held by one process at a time."""

import fcntl
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from .store import StoreFault


class SqliteFile:
    """The lock ends with its process; the schema is brought up to the newest migration."""

    def __init__(self, path: Path, migrations: Sequence[str]) -> None:
        self._path = path
        self._migrations = migrations
        self._opening = Lock()
        self._lock_file: int | None = None
        self._writer: sqlite3.Connection | None = None
        self._reader: sqlite3.Connection | None = None

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction, on disk when the block has ended. Raises StoreFault."""
        try:
            with self._opening:
                self._hold()
                if self._writer is None:
                    self._writer = self._open()
                database = self._writer
            with database:
                database.execute("BEGIN IMMEDIATE")
                yield database
        except (sqlite3.Error, OSError) as error:
            self._drop_writer()
            raise StoreFault(f"{self._path}: {error}") from error

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One moment of the file. Raises StoreFault."""
        try:
            with self._opening:
                self._hold()
                if self._reader is None:
                    self._reader = self._open()
                database = self._reader
            with database:
                database.execute("BEGIN")
                yield database
        except (sqlite3.Error, OSError) as error:
            raise StoreFault(f"{self._path}: {error}") from error

    def empty_log(self) -> None:
        """Bring what was written into the file, and leave nothing of it beside; what is being read
        just now stays. Raises StoreFault."""
        try:
            with self._opening:
                if self._writer is not None:
                    self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except sqlite3.Error as error:
            raise StoreFault(f"{self._path}: {error}") from error

    def close(self) -> None:
        with self._opening:
            for connection in (self._writer, self._reader):
                if connection is not None:
                    connection.close()
            self._writer = self._reader = None
            if self._lock_file is not None:
                os.close(self._lock_file)
                self._lock_file = None

    def _hold(self) -> None:
        if self._lock_file is not None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        held = os.open(f"{self._path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(held)
            raise StoreFault(f"{self._path} is in use by another relay.") from None
        self._lock_file = held

    def _drop_writer(self) -> None:
        """After a fault the next write begins with a new connection, which reads the log anew."""
        with self._opening:
            if self._writer is not None:
                writer, self._writer = self._writer, None
                writer.close()

    def _open(self) -> sqlite3.Connection:
        database = sqlite3.connect(
            self._path, isolation_level=None, check_same_thread=False, timeout=1
        )
        try:
            os.chmod(self._path, 0o600)
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = FULL")
            # What was deleted is overwritten, and not only forgotten.
            database.execute("PRAGMA secure_delete = ON")
            self._migrate(database)
        except BaseException:
            database.close()
            raise
        return database

    def _migrate(self, database: sqlite3.Connection) -> None:
        (version,) = database.execute("PRAGMA user_version").fetchone()
        newest = len(self._migrations)
        if version > newest:
            raise StoreFault(f"{self._path} was written by a later version of the relay.")
        if version < newest:
            steps = "".join(self._migrations[version:])
            database.executescript(f"BEGIN; {steps} PRAGMA user_version = {newest}; COMMIT;")

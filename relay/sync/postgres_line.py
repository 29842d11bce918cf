"""A connection to PostgreSQL that is opened when it is needed, and given up after a fault."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from .store import StoreFault

MIGRATIONS = (
    """
    CREATE TABLE IF NOT EXISTS sync_documents (
        document_id text PRIMARY KEY, epoch text NOT NULL, sequence bigint NOT NULL
    );
    CREATE TABLE IF NOT EXISTS sync_records (
        document_id text NOT NULL, sequence bigint NOT NULL, content bytea NOT NULL,
        checksum bytea NOT NULL, PRIMARY KEY (document_id, sequence)
    );
    CREATE TABLE IF NOT EXISTS sync_snapshots (
        document_id text NOT NULL, sequence bigint NOT NULL, content bytea NOT NULL,
        checksum bytea NOT NULL, PRIMARY KEY (document_id, sequence)
    );
    """,
    """
    ALTER TABLE sync_records
        ADD COLUMN written_at double precision NOT NULL DEFAULT 0,
        ADD COLUMN author text NOT NULL DEFAULT '';
    ALTER TABLE sync_snapshots
        ADD COLUMN started_at double precision NOT NULL DEFAULT 0,
        ADD COLUMN ended_at double precision NOT NULL DEFAULT 0,
        ADD COLUMN authors text NOT NULL DEFAULT '[]';
    CREATE TABLE sync_blobs (
        document_id text NOT NULL, sha256 text NOT NULL, content bytea NOT NULL,
        put_at double precision NOT NULL, PRIMARY KEY (document_id, sha256)
    );
    """,
    """
    ALTER TABLE sync_documents ADD COLUMN is_deleted boolean NOT NULL DEFAULT false;
    """,
)
"""One step for each version of the schema, from the empty database on."""
_CONNECT_SECONDS = 2
_STATEMENT_MILLISECONDS = 10_000
_SCHEMA_LOCK = 0x7761736D
"""Two relays that start at once make the tables once."""


class PostgresLine:
    """Used by one thread at a time."""

    def __init__(self, url: str, isolation: psycopg.IsolationLevel) -> None:
        self._url = url
        self._isolation = isolation
        self._connection: psycopg.Connection | None = None

    @contextmanager
    def transaction(self) -> Iterator[psycopg.Connection]:
        """On disk when the block has ended. Raises StoreFault."""
        try:
            if self._connection is None:
                self._connection = _connect(self._url)
                self._connection.isolation_level = self._isolation
            with self._connection.transaction():
                yield self._connection
        except psycopg.Error as error:
            self.close()
            raise StoreFault(f"PostgreSQL: {error}".strip()) from error

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _connect(url: str) -> psycopg.Connection:
    connection = psycopg.connect(url, autocommit=True, connect_timeout=_CONNECT_SECONDS)
    try:
        _prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: psycopg.Connection) -> None:
    # Not as options of the connection: those are the URL's.
    connection.execute("SET synchronous_commit = on")
    connection.execute(f"SET statement_timeout = {_STATEMENT_MILLISECONDS:d}".encode())
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_SCHEMA_LOCK,))
        connection.execute("CREATE TABLE IF NOT EXISTS sync_schema (version integer NOT NULL)")
        found = connection.execute("SELECT version FROM sync_schema").fetchone()
        if found is None:
            connection.execute("INSERT INTO sync_schema VALUES (0)")
        version = 0 if found is None else found[0]
        if version > len(MIGRATIONS):
            raise StoreFault("The tables were written by a later version of the relay.")
        for step in MIGRATIONS[version:]:
            connection.execute(step.encode())
        connection.execute("UPDATE sync_schema SET version = %s", (len(MIGRATIONS),))

"""The one kind of SQL database that the statements of this package need.

They are written so that SQLite and PostgreSQL take the same ones; `?` stands for a value.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

SCHEMA_VERSION = 1
SCHEMA = (
    """CREATE TABLE IF NOT EXISTS access_state (
        version INTEGER NOT NULL, changes INTEGER NOT NULL
    )""",
    """CREATE TABLE IF NOT EXISTS access_users (
        id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, shown TEXT NOT NULL, password TEXT,
        issuer TEXT, subject TEXT, created_at DOUBLE PRECISION NOT NULL, UNIQUE (issuer, subject)
    )""",
    """CREATE TABLE IF NOT EXISTS access_sessions (
        id TEXT PRIMARY KEY, user_id TEXT NOT NULL, guest_name TEXT,
        created_at DOUBLE PRECISION NOT NULL, expires_at DOUBLE PRECISION NOT NULL
    )""",
    "CREATE INDEX IF NOT EXISTS access_sessions_of_user ON access_sessions (user_id)",
    """CREATE TABLE IF NOT EXISTS access_session_links (
        session_id TEXT NOT NULL, link_id TEXT NOT NULL, PRIMARY KEY (session_id, link_id)
    )""",
    """CREATE TABLE IF NOT EXISTS access_members (
        document_id TEXT NOT NULL, user_id TEXT NOT NULL, role TEXT NOT NULL,
        PRIMARY KEY (document_id, user_id)
    )""",
    "CREATE INDEX IF NOT EXISTS access_members_of_user ON access_members (user_id)",
    """CREATE TABLE IF NOT EXISTS access_links (
        id TEXT PRIMARY KEY, secret TEXT NOT NULL UNIQUE, document_id TEXT NOT NULL,
        role TEXT NOT NULL, created_by TEXT NOT NULL, created_at DOUBLE PRECISION NOT NULL,
        expires_at DOUBLE PRECISION
    )""",
    "CREATE INDEX IF NOT EXISTS access_links_of_document ON access_links (document_id)",
    """CREATE TABLE IF NOT EXISTS access_tokens (
        id TEXT PRIMARY KEY, secret TEXT NOT NULL UNIQUE, user_id TEXT NOT NULL,
        name TEXT NOT NULL, scopes TEXT NOT NULL, document_id TEXT,
        created_at DOUBLE PRECISION NOT NULL, expires_at DOUBLE PRECISION NOT NULL
    )""",
    "CREATE INDEX IF NOT EXISTS access_tokens_of_user ON access_tokens (user_id)",
)
BEGIN_STATE = (
    "INSERT INTO access_state SELECT ?, 0 WHERE NOT EXISTS (SELECT version FROM access_state)"
)
COUNT_CHANGE = "UPDATE access_state SET changes = changes + 1"
"""First in every transaction that writes: it also makes them wait for each other."""


class StoreFault(Exception):
    """The database could not do it; nothing of the transaction is kept."""


class Rows(Protocol):
    @property
    def rowcount(self) -> int: ...

    def fetchone(self) -> Any: ...

    def fetchall(self) -> Sequence[Any]: ...


class Connection(Protocol):
    def execute(self, statement: str, values: Sequence[object] = (), /) -> Rows: ...


class Database(Protocol):
    """Called from any thread. Both transactions raise StoreFault."""

    def reading(self) -> AbstractContextManager[Connection]: ...

    def writing(self) -> AbstractContextManager[Connection]:
        """Counts as a change, which the relay's other processes see."""

    def close(self) -> None:
        """Let go of files and connections; a later call opens them again."""


def changes(connection: Connection) -> int:
    """How often anything was written."""
    return int(connection.execute("SELECT changes FROM access_state").fetchone()[0])

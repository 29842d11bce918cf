"""What the owners of shared notebooks chose of the hosts that the operator offers."""

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from relay.errors import Unavailable

_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS chosen (document_id TEXT PRIMARY KEY, hosts TEXT NOT NULL) STRICT"
)


class ChosenStore:
    """In a SQLite file; safe to call from any thread. Every method raises Unavailable."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def of(self, document_id: str) -> list[str] | None:
        """None when its owners left it at what every notebook may reach."""
        if not self._path.exists():
            return None
        with self._database() as database:
            row = database.execute(
                "SELECT hosts FROM chosen WHERE document_id = ?", (document_id,)
            ).fetchone()
        return None if row is None else list(json.loads(row[0]))

    def choose(self, document_id: str, hosts: Sequence[str] | None) -> None:
        with self._database() as database:
            if hosts is None:
                database.execute("DELETE FROM chosen WHERE document_id = ?", (document_id,))
            else:
                database.execute(
                    "INSERT OR REPLACE INTO chosen VALUES (?, ?)",
                    (document_id, json.dumps(sorted(set(hosts)))),
                )

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            database = sqlite3.connect(self._path, timeout=5)
            try:
                database.execute(_SCHEMA)
                with database:
                    yield database
            finally:
                database.close()
        except (sqlite3.Error, OSError) as error:
            # Without it nobody knows what the owners ruled out.
            raise Unavailable(f"What notebooks may reach cannot be read: {error}.") from error

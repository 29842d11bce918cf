"""What was used, by day, person, notebook and model, in a SQLite file."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from relay.errors import Unavailable
from wasm_runtime.contracts.ai import AiPolicy

Scope = Literal["person", "notebook", "relay"]
_SCHEMA = """
CREATE TABLE IF NOT EXISTS used (
    day TEXT NOT NULL, person TEXT NOT NULL, notebook TEXT NOT NULL, model TEXT NOT NULL,
    requests INTEGER NOT NULL, tokens INTEGER NOT NULL, microdollars INTEGER NOT NULL,
    PRIMARY KEY (day, person, notebook, model)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS used_by_notebook ON used (day, notebook);
CREATE TABLE IF NOT EXISTS policies (notebook TEXT PRIMARY KEY, policy TEXT NOT NULL) STRICT;
"""
_WHERE: dict[Scope, str] = {
    "person": "day = ? AND person = ?",
    "notebook": "day = ? AND notebook = ?",
    "relay": "day = ? AND '' = ?",
}


@dataclass(frozen=True, slots=True)
class Spent:
    tokens: int = 0
    microdollars: int = 0

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(self.tokens + other.tokens, self.microdollars + other.microdollars)


class Ledger:
    """Safe to call from any thread. Every method raises Unavailable: what cannot be counted is not
    spent."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def spent(self, scope: Scope, day: str, whose: str = "") -> Spent:
        with self._database() as database:
            row = database.execute(
                "SELECT coalesce(sum(tokens), 0), coalesce(sum(microdollars), 0) FROM used "
                f"WHERE {_WHERE[scope]}",
                (day, whose),
            ).fetchone()
        return Spent(*row)

    def add(self, day: str, person: str, notebook: str, model: str, spent: Spent) -> None:
        with self._database() as database:
            database.execute(
                "INSERT INTO used VALUES (?, ?, ?, ?, 1, ?, ?) ON CONFLICT DO UPDATE SET "
                "requests = requests + 1, tokens = tokens + excluded.tokens, "
                "microdollars = microdollars + excluded.microdollars",
                (day, person, notebook, model, spent.tokens, spent.microdollars),
            )

    def policy_of(self, notebook: str) -> AiPolicy | None:
        """What its owners chose; None when they left it at the operator's."""
        with self._database() as database:
            row = database.execute(
                "SELECT policy FROM policies WHERE notebook = ?", (notebook,)
            ).fetchone()
        return None if row is None else row[0]

    def choose_policy(self, notebook: str, policy: AiPolicy | None) -> None:
        with self._database() as database:
            if policy is None:
                database.execute("DELETE FROM policies WHERE notebook = ?", (notebook,))
            else:
                database.execute(
                    "INSERT OR REPLACE INTO policies VALUES (?, ?)", (notebook, policy)
                )

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        try:
            is_new = not self._path.exists()
            self._path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            database = sqlite3.connect(self._path, timeout=5)
            try:
                if is_new:
                    database.execute("PRAGMA journal_mode = WAL")
                database.executescript(_SCHEMA)
                with database:
                    yield database
            finally:
                database.close()
        except (sqlite3.Error, OSError) as error:
            raise Unavailable(f"What was used of models cannot be read: {error}.") from error

"""The connections that are declared: in a TOML file, in the environment, and by command."""

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from relay.declared_file import read_declared_file
from relay.secret_store import SecretStore, reference_to, variable_name
from wasm_runtime.errors import UsageError

from .declaration import Declaration, as_plain, declaration_of, fields_of_url, with_password
from .errors import NoSuchConnection

ENVIRONMENT_PREFIX = "WASM_RUNTIME_CONNECTION_"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS connections (name TEXT PRIMARY KEY, declaration TEXT NOT NULL) STRICT
"""


class Connections:
    """What is declared where. The environment comes before the file, and that before the store;
    `built_in` comes last."""

    def __init__(
        self,
        store: Path,
        secrets: SecretStore,
        *,
        file: Path | None = None,
        built_in: Mapping[str, Declaration] | None = None,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self._store = store
        self._secrets = secrets
        self._from_file = _in_file(file) if file else {}
        self._from_environment, self._passwords = _in_environment(environment)
        secrets.mask.learn(self._passwords.values())
        self._built_in = dict(built_in or {})

    def all(self) -> dict[str, Declaration]:
        """By name. Read anew each time: a command may have changed the store."""
        return {
            **self._built_in,
            **self._in_store(),
            **self._from_file,
            **self._from_environment,
        }

    def get(self, name: str) -> Declaration:
        """Raises NoSuchConnection."""
        found = self.all().get(name)
        if found is None:
            raise NoSuchConnection(f"There is no connection {name!r}.")
        return found

    def password(self, declaration: Declaration) -> str:
        """The secret itself, for the driver alone. Raises UsageError when it cannot be had."""
        if declaration.name in self._passwords:
            return self._passwords[declaration.name]
        return self._secrets.resolve(declaration.password)

    def add(self, declaration: Declaration, password: str = "") -> Declaration:
        """Keep a declaration, and its password sealed."""
        if password:
            declaration = self.rotate(declaration, password)
        plain = json.dumps(as_plain(declaration), ensure_ascii=False, sort_keys=True)
        with self._database() as database:
            database.execute(
                "INSERT OR REPLACE INTO connections VALUES (?, ?)", (declaration.name, plain)
            )
        return declaration

    def rotate(self, declaration: Declaration, password: str) -> Declaration:
        """Keep a new password; the declaration then refers to it."""
        reference = reference_to(_secret_of(declaration.name))
        self._secrets.put(_secret_of(declaration.name), password)
        return with_password(declaration, reference)

    def remove(self, name: str) -> bool:
        """Forget a connection of the store, and its password; whether there was one."""
        with self._database() as database:
            removed = database.execute("DELETE FROM connections WHERE name = ?", (name,)).rowcount
        self._secrets.remove(_secret_of(name))
        return removed > 0

    def origin(self, name: str) -> str:
        """Where a connection is declared, in words."""
        if name in self._from_environment:
            return f"variable {ENVIRONMENT_PREFIX}{variable_name(name)}"
        if name in self._from_file:
            return "file"
        return "store" if name in self._in_store() else "built in"

    def _in_store(self) -> dict[str, Declaration]:
        if not self._store.exists():
            return {}
        with self._database() as database:
            rows = database.execute("SELECT name, declaration FROM connections").fetchall()
        return {name: declaration_of(name, json.loads(plain)) for name, plain in rows}

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        self._store.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(self._store, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        database = sqlite3.connect(self._store, timeout=5)
        try:
            database.execute(_SCHEMA)
            with database:
                yield database
        finally:
            database.close()


def _secret_of(name: str) -> str:
    return f"connections/{name}"


def _in_file(path: Path) -> dict[str, Declaration]:
    return read_declared_file(path, "connections", _declared_in)


def _declared_in(plain: Mapping[str, Any]) -> dict[str, Declaration]:
    tables = plain.get("connections", {})
    others = [name for name in plain if name != "connections"]
    if others or not isinstance(tables, dict):
        raise UsageError(
            "expected tables [connections.NAME] and nothing else, got "
            f"{', '.join(others) or 'connections'}."
        )
    return {name: declaration_of(name, table) for name, table in tables.items()}


def _in_environment(
    environment: Mapping[str, str],
) -> tuple[dict[str, Declaration], dict[str, str]]:
    """The declarations and, beside them, their passwords."""
    found: dict[str, Declaration] = {}
    passwords: dict[str, str] = {}
    for variable, url in environment.items():
        if not variable.startswith(ENVIRONMENT_PREFIX):
            continue
        name = variable.removeprefix(ENVIRONMENT_PREFIX).lower()
        values, password = fields_of_url(url)
        found[name] = declaration_of(name, values)
        passwords[name] = password
    return found, passwords

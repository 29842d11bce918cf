"""Named secrets, encrypted with a key that lives outside the database.

A declaration names one as `secret("NAME")`. What is stored can be used and replaced, never read
back: no command and no route shows it.
"""

import os
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from wasm_runtime.errors import UsageError

from .secrets import SecretMask

ENVIRONMENT_PREFIX = "WASM_RUNTIME_SECRET_"
_REFERENCE = re.compile(r'secret\("([A-Za-z0-9_./-]{1,128})"\)')
_SCHEMA = "CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT"


class SecretStore:
    """Secrets in a SQLite file, sealed with `key_file`'s key or the one given.

    Every value that passes through is taught to `mask`. A variable WASM_RUNTIME_SECRET_NAME comes
    before the file.
    """

    def __init__(
        self,
        path: Path,
        mask: SecretMask,
        *,
        key: str | None = None,
        key_file: Path | None = None,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self._path = path
        self.mask = mask
        self._key = key
        self._key_file = key_file or path.with_suffix(".key")
        self._environment = environment

    def put(self, name: str, value: str) -> None:
        """Keep a secret, in place of the one of that name."""
        self.mask.learn([value])
        sealed = self._box().encrypt(value.encode())
        with self._database() as database:
            database.execute("INSERT OR REPLACE INTO secrets VALUES (?, ?)", (name, sealed))

    def remove(self, name: str) -> bool:
        """Forget a secret; whether there was one."""
        with self._database() as database:
            return database.execute("DELETE FROM secrets WHERE name = ?", (name,)).rowcount > 0

    def names(self) -> list[str]:
        with self._database() as database:
            return [name for (name,) in database.execute("SELECT name FROM secrets ORDER BY name")]

    def get(self, name: str) -> str:
        """The secret itself. Raises UsageError when there is none, or the key is another one."""
        value = self._environment.get(ENVIRONMENT_PREFIX + variable_name(name))
        if value is None:
            value = self._stored(name)
        self.mask.learn([value])
        return value

    def resolve(self, text: str) -> str:
        """`text`, or the secret when it is a reference to one."""
        reference = _REFERENCE.fullmatch(text)
        return self.get(reference[1]) if reference else text

    def fill(self, text: str) -> str:
        """`text` with each reference in it replaced by the secret."""
        return _REFERENCE.sub(lambda reference: self.get(reference[1]), text)

    def _stored(self, name: str) -> str:
        with self._database() as database:
            row = database.execute("SELECT sealed FROM secrets WHERE name = ?", (name,)).fetchone()
        if row is None:
            raise UsageError(
                f"There is no secret {name!r}.",
                hint=f"Store it with: wasm-runtime secret set {name}  (or set the variable "
                f"{ENVIRONMENT_PREFIX}{variable_name(name)}).",
            )
        box = self._box()
        from cryptography.fernet import InvalidToken

        try:
            return bytes(box.decrypt(row[0])).decode()
        except InvalidToken as error:
            raise UsageError(
                f"The secret {name!r} was sealed with another key than the one in "
                f"{'the setting secret_key' if self._key else self._key_file}.",
                hint="Bring that key back, or store the secret again.",
            ) from error

    def _box(self) -> Any:
        try:
            from cryptography.fernet import Fernet
        except ImportError as error:
            raise UsageError(
                "Keeping secrets needs the package cryptography.",
                hint='Install it: pip install "wasm-runtime[data]".',
            ) from error
        key = self._key or _key_in(self._key_file)
        try:
            return Fernet(key)
        except ValueError as error:
            raise UsageError(
                "The key of the secret store is not 32 bytes in URL-safe base64.",
                hint="Make one with: python -c 'from cryptography.fernet import Fernet; "
                "print(Fernet.generate_key().decode())'",
            ) from error

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        database = sqlite3.connect(self._path, timeout=5)
        try:
            # What is replaced or removed is overwritten, not left in a free page.
            database.execute("PRAGMA secure_delete = ON")
            database.execute(_SCHEMA)
            with database:
                yield database
        finally:
            database.close()


def is_reference(text: str) -> bool:
    return _REFERENCE.fullmatch(text) is not None


def references_in(text: str) -> list[str]:
    """The names of the secrets that a text refers to."""
    return _REFERENCE.findall(text)


def reference_to(name: str) -> str:
    return f'secret("{name}")'


def variable_name(name: str) -> str:
    """What a variable calls it: `connections/warehouse` is CONNECTIONS_WAREHOUSE."""
    return re.sub(r"[^A-Za-z0-9]", "_", name).upper()


def _key_in(path: Path) -> str:
    """The key in a file that only its owner may read; made when there is none."""
    from cryptography.fernet import Fernet

    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        if path.stat().st_mode & 0o077:
            raise UsageError(
                f"{path} may be read by others on this machine.", hint=f"chmod 600 {path}"
            ) from None
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(made, "wb") as file:
        key = Fernet.generate_key()
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    return key.decode()

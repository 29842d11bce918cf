"""What the operator lets notebooks read and write: a TOML file, a table [storages.NAME] each."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

from relay.declared_file import per_person, read_declared_file, refuse_unknown, wrongly_typed
from relay.secret_store import is_reference
from wasm_runtime.contracts.storage import STORAGE_NAME_PATTERN, StorageInfo, StorageKind
from wasm_runtime.errors import UsageError

from .path import is_path

_NAME = re.compile(STORAGE_NAME_PATTERN)
_KINDS: tuple[StorageKind, ...] = get_args(StorageKind)
_CREDENTIALS: Mapping[str, frozenset[str]] = {
    "folder": frozenset(),
    "s3": frozenset({"access_key_id", "secret_access_key", "session_token"}),
    "gcs": frozenset({"service_account_key"}),
    "azure": frozenset({"account_key", "sas_key"}),
}
_PLACE_FIELDS: Mapping[str, frozenset[str]] = {
    "folder": frozenset({"folder"}),
    "s3": frozenset({"bucket", "prefix", "region", "endpoint"}),
    "gcs": frozenset({"bucket", "prefix", "endpoint"}),
    "azure": frozenset({"bucket", "prefix", "account", "endpoint"}),
}
_PLACES = frozenset[str]().union(*_PLACE_FIELDS.values())
_REQUIRED: Mapping[str, tuple[str, ...]] = {
    "folder": ("folder",),
    "s3": ("bucket",),
    "gcs": ("bucket",),
    "azure": ("bucket", "account"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """One storage. Fields that its kind has no use for stay empty."""

    name: str
    kind: StorageKind
    description: str = ""
    folder: str = ""
    bucket: str = ""
    """Azure calls it a container."""
    prefix: str = ""
    """Only what is below it, such as teams/data, can be seen."""
    region: str = ""
    endpoint: str = ""
    """The server's address when it is not the service's own; http:// is sent without TLS."""
    account: str = ""
    """Azure's storage account."""
    credentials: Mapping[str, str] = field(default_factory=dict)
    """Names as the service calls them; each value is a reference secret("NAME")."""
    anonymous: bool = False
    """Ask without any credential, for what is open to the whole world."""
    machine_identity: bool = False
    """Use what the service's own tools would find on this machine: its role, or its environment."""
    users: Sequence[str] = ()
    """Ids of the accounts that may use it; "*" is everybody who has one."""
    every_notebook: bool = True
    """Otherwise only shared notebooks whose owners chose it, and those of no room."""
    may_write: bool = False
    max_file_bytes: int = 256 * 1024**2
    """The most that one request reads or writes."""
    max_seconds: float = 600
    """Until a request's end."""

    def __post_init__(self) -> None:
        problem = _problem(self)
        if problem:
            raise UsageError(f"Storage {self.name!r}: {problem}")

    @property
    def info(self) -> StorageInfo:
        return StorageInfo(
            name=self.name,
            kind=self.kind,
            description=self.description,
            may_write=self.may_write,
            max_file_bytes=self.max_file_bytes,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """Everything the file says; without a file there is no storage."""

    storages: Mapping[str, Storage] = field(default_factory=dict)
    requests_per_person: int = 6
    """At a time."""

    @property
    def max_upload_bytes(self) -> int:
        return max(
            (each.max_file_bytes for each in self.storages.values() if each.may_write), default=0
        )


def read_declared(path: Path) -> Declared:
    """Raises UsageError that names what is wrong."""
    return read_declared_file(path, "storages", declared_of)


def declared_of(plain: Mapping[str, Any]) -> Declared:
    refuse_unknown("The file", plain, [each.name for each in fields(Declared)])
    tables = plain.get("storages", {})
    if not isinstance(tables, dict) or not all(isinstance(each, dict) for each in tables.values()):
        raise UsageError("storages: expected tables, [storages.NAME] each.")
    names = [each.name for each in fields(Storage) if each.name != "name"]
    for name, table in tables.items():
        refuse_unknown(f"Storage {name!r}", table, names)
        if table.get("kind") not in _KINDS:
            raise UsageError(f"Storage {name!r}: kind is one of {', '.join(_KINDS)}.")
    return Declared(
        storages={name: Storage(name=name, **table) for name, table in tables.items()},
        requests_per_person=per_person(plain),
    )


def _problem(storage: Storage) -> str:
    wrong = wrongly_typed(storage)
    if wrong:
        return f"{', '.join(wrong)} is of another type than expected."
    if not _NAME.fullmatch(storage.name):
        return "a name is a lower case letter, then letters, digits, _ and -."
    named = {name for name in _PLACES if getattr(storage, name)}
    useless = named - _PLACE_FIELDS[storage.kind]
    if useless:
        return f"{storage.kind} has no use for {', '.join(sorted(useless))}."
    missing = [name for name in _REQUIRED[storage.kind] if not getattr(storage, name)]
    if missing:
        return f"{storage.kind} wants {', '.join(missing)}."
    if storage.folder and not Path(storage.folder).is_absolute():
        return "the folder must be absolute: it must not matter where the relay was started."
    if storage.prefix and not is_path(storage.prefix.rstrip("/")):
        return "a prefix is a path such as teams/data, without a leading / and without .."
    endpoint = urlsplit(storage.endpoint)
    if storage.endpoint and (
        endpoint.scheme not in ("http", "https") or not endpoint.hostname or endpoint.username
    ):
        return "an endpoint is an address such as https://minio.example:9000, without a user name."
    if min(storage.max_file_bytes, storage.max_seconds) <= 0:
        return "limits must be greater than 0."
    return _problem_of_credentials(storage)


def _problem_of_credentials(storage: Storage) -> str:
    unknown = sorted(set(storage.credentials) - _CREDENTIALS[storage.kind])
    if unknown:
        return f"{storage.kind} has no credential {', '.join(unknown)}."
    both = {"access_key_id", "secret_access_key"}
    if storage.kind == "s3" and storage.credentials and not both <= set(storage.credentials):
        return "access_key_id and secret_access_key go together."
    if storage.kind == "azure" and len(storage.credentials) > 1:
        return "say one of account_key and sas_key."
    plain = [name for name, value in storage.credentials.items() if not is_reference(value)]
    if plain:
        return (
            f'{", ".join(plain)} must be a reference to a secret, such as secret("NAME"); keep the '
            "secret itself with wasm-runtime secret set NAME."
        )
    ways = [bool(storage.credentials), storage.anonymous, storage.machine_identity]
    if sum(ways) != (0 if storage.kind == "folder" else 1):
        return (
            "a folder takes no credentials."
            if storage.kind == "folder"
            else "say one of credentials, anonymous = true and machine_identity = true."
        )
    return ""

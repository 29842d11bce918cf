"""Folders and object stores through the relay: what they are called, what is in them.

    storages                          GET StorageList: those that whoever asks may use
    storages/{storage}/list?path=     GET StorageListing: what is directly below a path
    storages/{storage}/files/{path}   GET the bytes (Range heeded) · PUT the bytes · DELETE

A path has no leading `/`, no empty part, no `.` and no `..`. HEAD answers with `content-length`,
`last-modified` and `etag`; a PUT or a DELETE with `if-match` is refused (412) when the file is
another one by then.
"""

from dataclasses import dataclass
from typing import Literal

STORAGES_PATH = "storages"
STORAGE_NAME_PATTERN = "^[a-z][a-z0-9_-]{0,62}$"


@dataclass(frozen=True, kw_only=True)
class StorageInfo:
    """A storage as whoever may use it sees it: no bucket, no folder, no key."""

    name: str
    kind: Literal["folder", "s3", "gcs", "azure"]
    description: str
    may_write: bool
    max_file_bytes: int


@dataclass(frozen=True, kw_only=True)
class StorageList:
    """What `storages` answers."""

    storages: list[StorageInfo]


@dataclass(frozen=True, kw_only=True)
class StorageEntry:
    """A file or a folder; `path` is whole, from the storage's root."""

    path: str
    kind: Literal["file", "folder"]
    size: int = 0
    """Bytes."""
    modified: str = ""
    """ISO 8601, in UTC; empty when the storage does not know."""


@dataclass(frozen=True, kw_only=True)
class StorageListing:
    """What `storages/{storage}/list` answers: at most 1,000 entries, and where to go on."""

    entries: list[StorageEntry]
    next: str | None = None

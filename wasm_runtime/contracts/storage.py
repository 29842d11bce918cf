"""Folders and object stores through the relay: what they are called, what is in them.

    storages                          GET StorageList: those that whoever asks may use
    storages/{storage}/list           GET StorageListing: what is directly below ?path=; the next
                                      page is at ?after=, with what the last one named as `next`
    storages/{storage}/files/{path}   GET the bytes (Range heeded) · PUT the bytes · DELETE

A shared notebook asks for the same below `rooms/{document_id}/`, within what its owners let it use:
`rooms/{document_id}/storages` (GET DocumentStorages, PUT ChosenStorages -> DocumentStorages).

A path has no leading `/`, no empty part, no `.` and no `..`. GET and HEAD answer with
`content-length`, `last-modified` and `etag`, PUT with `etag`. With `if-match` all of them are
refused (412) when the file is another one by then, and a PUT with `if-none-match: *` when there is
one. DELETE removes a file, and of a folder on disk one that is empty. A body that is cut does not
end as HTTP says it should, and is an error in every reader.
"""

from dataclasses import dataclass
from typing import Literal

STORAGES_PATH = "storages"
STORAGE_NAME_PATTERN = "^[a-z][a-z0-9_-]{0,62}$"

StorageKind = Literal["folder", "s3", "gcs", "azure"]


@dataclass(frozen=True, kw_only=True)
class StorageInfo:
    """A storage as whoever may use it sees it: no bucket, no folder, no key."""

    name: str
    kind: StorageKind
    description: str
    may_write: bool
    max_file_bytes: int
    """The most that one request reads or writes; a larger file is read in parts."""


@dataclass(frozen=True, kw_only=True)
class StorageList:
    """What `storages` answers."""

    storages: list[StorageInfo]


@dataclass(frozen=True, kw_only=True)
class DocumentStorages:
    """What a notebook may use of what is offered to whoever asks."""

    storages: list[StorageInfo]
    offered: list[StorageInfo]
    chosen: list[str] | None = None
    """By its owners; null when they left it at what each person may use."""


@dataclass(frozen=True, kw_only=True)
class ChosenStorages:
    """What owners decide; null leaves it at what each person may use."""

    storages: list[str] | None = None


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
    """What `storages/{storage}/list` answers: at most 1,000 entries, and where to go on. A page
    may have fewer, even none, and still name a `next`."""

    entries: list[StorageEntry]
    next: str | None = None

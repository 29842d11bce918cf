"""The seam between the service and what keeps the bytes. Paths that come in here are checked."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from wasm_runtime.contracts.storage import StorageEntry

from .span import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class FileInfo:
    """A file as it is now; `etag` is another one, in quotation marks, when its bytes are."""

    size: int
    modified: datetime
    etag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some of a folder's entries, and what to go on after."""

    entries: Sequence[StorageEntry]
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A file that is open: its bytes from `start` to before `end`, as they come."""

    info: FileInfo
    start: int
    end: int
    parts: AsyncIterator[bytes]


class Store(Protocol):
    """Every method raises NoSuchFile, BadPath, StorageFailed; with `if_match`, FileChanged."""

    async def list(self, path: str, after: str, limit: int) -> Page:
        """What is directly below a folder; "" is the root, and the beginning."""

    async def info(self, path: str, if_match: str | None = None) -> FileInfo: ...

    def read(
        self, path: str, span: Span | None, if_match: str | None = None
    ) -> AbstractAsyncContextManager[Reading]:
        """Raises OutsideFile."""

    async def write(
        self,
        path: str,
        parts: AsyncIterator[bytes],
        if_match: str | None = None,
        only_new: bool = False,
    ) -> str:
        """The new file's etag. It is there once all parts have come, and before as it was.

        Raises FileChanged when `only_new` and there is one, StorageFull, and what `parts` raises.
        """

    async def delete(self, path: str, if_match: str | None = None) -> None: ...


def file_entry(path: str, size: int, modified: datetime) -> StorageEntry:
    utc = modified.astimezone(UTC).isoformat(timespec="milliseconds")
    return StorageEntry(path=path, kind="file", size=size, modified=utc)


def folder_entry(path: str) -> StorageEntry:
    return StorageEntry(path=path, kind="folder")


def child(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name

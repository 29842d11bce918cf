"""An object store's keys as a folder's pages: stores know no folders, and may hold millions of keys
below one."""

from typing import Any

import obstore

from wasm_runtime.contracts.storage import StorageEntry

from .errors import NoSuchFile
from .path import is_path
from .store import Page, file_entry, folder_entry

_KEYS = 1000
"""What S3 gives in one answer."""
_MAX_ANSWERS = 32
"""After so many a page ends, however few its entries: each may have been one large folder."""
_LAST = "\U0010ffff"
"""Comes after every other character: `below/` and this after everything below."""


async def page_of(store: Any, path: str, after: str, limit: int) -> Page:
    """What is directly below `path`, in the order of the keys. Raises NoSuchFile."""
    pages = _Pages(store, path, after, limit)
    for _ in range(_MAX_ANSWERS):
        if not await pages.read_on():
            break
    if path and not after and pages.is_whole and not pages.is_there:
        raise NoSuchFile(path)
    return Page(entries=pages.entries, next=None if pages.is_whole else pages.after)


class _Pages:
    def __init__(self, store: Any, path: str, after: str, limit: int) -> None:
        self._store = store
        self._path = path
        self._below = f"{path}/" if path else ""
        self._limit = limit
        self._answers: Any = None
        self.entries: list[StorageEntry] = []
        self.after = after
        self.is_whole = False
        self.is_there = False

    async def read_on(self) -> bool:
        """One more answer of the store; whether there may be another one."""
        if self._answers is None:
            self._answers = aiter(
                obstore.list(
                    self._store,
                    prefix=self._path or None,
                    offset=self.after or None,
                    chunk_size=_KEYS,
                )
            )
        keys = await anext(self._answers, None)
        for meta in keys or ():
            if not self._take(meta):
                return False
        if self.after.endswith(_LAST):
            # It ended within a folder: asked anew, the store begins behind that.
            self._answers = None
        self.is_whole = keys is None
        return not self.is_whole

    def _take(self, meta: Any) -> bool:
        """Whether there was room for it."""
        key = meta["path"]
        self.is_there = True
        if key == self._path:
            return True  # an empty object that some tools keep in the name of a folder
        if self.after and key <= self.after:
            return True  # below the folder that is listed already
        if len(self.entries) >= self._limit:
            return False
        name, slash, _ = key.removeprefix(self._below).partition("/")
        whole = self._below + name
        self.after = f"{whole}/{_LAST}" if slash else key
        if not is_path(whole):
            return True
        if slash:
            # The folder's own empty object was taken for a file.
            if self.entries and self.entries[-1].path == whole and not self.entries[-1].size:
                self.entries.pop()
            self.entries.append(folder_entry(whole))
        else:
            self.entries.append(file_entry(whole, meta["size"], meta["last_modified"]))
        return True

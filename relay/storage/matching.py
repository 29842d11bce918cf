"""Files of a storage that match a pattern: * and ? within a name, ** for folders of any depth."""

import re
from collections.abc import AsyncIterator
from fnmatch import translate

from wasm_runtime.contracts.storage import StorageEntry

from .errors import FileTooLarge, NoSuchFile
from .store import Store, child, file_entry

_WILD = re.compile(r"[*?\[]")
_MAX_LISTED = 100_000
"""Entries looked at for one pattern: more is a search, which no query should begin with."""


async def files_matching(store: Store, pattern: str, most: int) -> list[StorageEntry]:
    """In the order of their paths. Raises NoSuchFile when there is none, FileTooLarge for more
    than `most`."""
    search = _Search(store)
    found = {entry.path: entry async for entry in search.below("", pattern.split("/"))}
    if not found:
        raise NoSuchFile(pattern)
    if len(found) > most:
        raise FileTooLarge(f"{pattern[:200]!r} matches more than {most} files.")
    return [found[path] for path in sorted(found)]


class _Search:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._listed = 0

    async def below(self, folder: str, parts: list[str]) -> AsyncIterator[StorageEntry]:
        first, *rest = parts
        if not _WILD.search(first):
            async for entry in self._named(child(folder, first), rest):
                yield entry
            return
        if first == "**":
            async for entry in self.below(folder, rest or ["*"]):
                yield entry
        matches = re.compile(translate(first)).fullmatch
        async for entry in self._entries(folder):
            name = entry.path.rpartition("/")[2]
            if entry.kind == "file" and not rest and first != "**" and matches(name):
                yield entry
            elif entry.kind == "folder" and (first == "**" or (rest and matches(name))):
                async for inner in self.below(entry.path, parts if first == "**" else rest):
                    yield inner

    async def _named(self, path: str, rest: list[str]) -> AsyncIterator[StorageEntry]:
        if rest:
            async for entry in self.below(path, rest):
                yield entry
            return
        try:
            info = await self._store.info(path)
        except NoSuchFile:
            return
        yield file_entry(path, info.size, info.modified)

    async def _entries(self, folder: str) -> AsyncIterator[StorageEntry]:
        after: str | None = ""
        while after is not None:
            try:
                page = await self._store.list(folder, after, 1000)
            except NoSuchFile:
                return
            self._listed += len(page.entries)
            if self._listed > _MAX_LISTED:
                raise FileTooLarge(f"The pattern goes through more than {_MAX_LISTED} entries.")
            for entry in page.entries:
                yield entry
            after = page.next

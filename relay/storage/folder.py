"""A folder of the relay's machine as a store."""

import asyncio
import heapq
import io
import os
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from .beneath import folder_at, folder_of, in_our_words, names_in, open_file, regular
from .errors import BadPath, FileChanged, NoSuchFile, StorageFailed
from .span import Span
from .store import FileInfo, Page, Reading, child, file_entry, folder_entry
from .upload import Upload

_PART_BYTES = 256 * 1024


class FolderStore:
    """Regular files and folders below `root`; symbolic links, pipes and devices are not there."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._changing = asyncio.Lock()

    async def list(self, path: str, after: str, limit: int) -> Page:
        return await asyncio.to_thread(self._list, path, after, limit)

    async def info(self, path: str, if_match: str | None = None) -> FileInfo:
        return await asyncio.to_thread(self._info, path, if_match)

    @asynccontextmanager
    async def read(
        self, path: str, span: Span | None, if_match: str | None = None
    ) -> AsyncIterator[Reading]:
        file, info = await asyncio.to_thread(self._open, path, if_match)
        try:
            start, end = span.within(info.size) if span else (0, info.size)
            parts = _parts(file, path, start, end)
            yield Reading(info=info, start=start, end=end, parts=parts)
        finally:
            file.close()

    async def write(
        self,
        path: str,
        parts: AsyncIterator[bytes],
        if_match: str | None = None,
        only_new: bool = False,
    ) -> str:
        def check() -> None:
            if if_match is None:
                return
            try:
                self._info(path, if_match)
            except NoSuchFile:
                raise FileChanged(path) from None

        upload = Upload(self._root, path)
        try:
            await asyncio.to_thread(upload.begin)
            async for part in parts:
                await asyncio.to_thread(upload.add, part)
            # What this relay writes comes one after the other: nothing between check and change.
            async with self._changing:
                written = await asyncio.to_thread(upload.finish, only_new, check)
            return _info_of(written).etag
        finally:
            await asyncio.to_thread(upload.abandon)

    async def delete(self, path: str, if_match: str | None = None) -> None:
        async with self._changing:
            await asyncio.to_thread(self._delete, path, if_match)

    def _list(self, path: str, after: str, limit: int) -> Page:
        with folder_at(self._root, path) as folder:
            # In no order, and as many as there are: only the page's own are held.
            names = heapq.nsmallest(limit + 1, (name for name in names_in(folder) if name > after))
            entries = []
            for name in names[:limit]:
                try:
                    found = os.stat(name, dir_fd=folder, follow_symlinks=False)
                except FileNotFoundError:
                    continue
                whole = child(path, name)
                if stat.S_ISDIR(found.st_mode):
                    entries.append(folder_entry(whole))
                elif stat.S_ISREG(found.st_mode):
                    entries.append(file_entry(whole, found.st_size, _modified(found)))
        return Page(entries=entries, next=names[limit - 1] if len(names) > limit else None)

    def _info(self, path: str, if_match: str | None) -> FileInfo:
        with folder_of(self._root, path) as (folder, name):
            return _matching(path, regular(folder, name, path), if_match)

    def _open(self, path: str, if_match: str | None) -> tuple[io.FileIO, FileInfo]:
        with folder_of(self._root, path) as (folder, name):
            file = open_file(folder, name, path)
            try:
                return file, _matching(path, os.fstat(file.fileno()), if_match)
            except BaseException:
                file.close()
                raise

    def _delete(self, path: str, if_match: str | None) -> None:
        with folder_of(self._root, path) as (folder, name):
            found = os.stat(name, dir_fd=folder, follow_symlinks=False)
            if if_match is None and stat.S_ISDIR(found.st_mode):
                try:
                    os.rmdir(name, dir_fd=folder)
                except OSError as error:
                    raise BadPath(f"{path[:200]!r} is a folder, and not empty.") from error
                return
            _matching(path, regular(folder, name, path), if_match)
            os.unlink(name, dir_fd=folder)


async def _parts(file: io.FileIO, path: str, start: int, end: int) -> AsyncIterator[bytes]:
    at = start
    while at < end:
        with in_our_words(path):
            part = await asyncio.to_thread(os.pread, file.fileno(), min(_PART_BYTES, end - at), at)
        if not part:
            raise StorageFailed(f"{path[:200]!r} became shorter while it was read.")
        at += len(part)
        yield part


def _matching(path: str, found: os.stat_result, if_match: str | None) -> FileInfo:
    info = _info_of(found)
    if if_match not in (None, info.etag):
        raise FileChanged(path)
    return info


def _info_of(found: os.stat_result) -> FileInfo:
    etag = f'"{found.st_ino:x}-{found.st_mtime_ns:x}-{found.st_size:x}"'
    return FileInfo(size=found.st_size, modified=_modified(found), etag=etag)


def _modified(found: os.stat_result) -> datetime:
    return datetime.fromtimestamp(found.st_mtime, UTC)

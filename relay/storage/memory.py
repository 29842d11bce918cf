"""A store in memory: the fake that tests and embedders use in the place of a real one."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from .errors import FileChanged, NoSuchFile
from .span import Span
from .store import FileInfo, Page, Reading, child, file_entry, folder_entry


class MemoryStore:
    """Holds `files`, by their paths. A folder is there while it holds one."""

    def __init__(self, files: dict[str, bytes] | None = None, part_bytes: int = 65_536) -> None:
        self.files = dict(files or {})
        self._part_bytes = part_bytes

    async def list(self, path: str, after: str, limit: int) -> Page:
        below = f"{path}/" if path else ""
        inside = [each.removeprefix(below) for each in self.files if each.startswith(below)]
        if path and not inside:
            raise NoSuchFile(path)
        names = sorted({each.partition("/")[0] for each in inside})
        names = [name for name in names if name > after]
        entries = [
            file_entry(whole, len(self.files[whole]), _MODIFIED)
            if (whole := child(path, name)) in self.files
            else folder_entry(whole)
            for name in names[:limit]
        ]
        return Page(entries=entries, next=names[limit - 1] if len(names) > limit else None)

    async def info(self, path: str, if_match: str | None = None) -> FileInfo:
        content = self.files.get(path)
        if content is None:
            raise NoSuchFile(path)
        if if_match not in (None, _etag(content)):
            raise FileChanged(path)
        return FileInfo(size=len(content), modified=_MODIFIED, etag=_etag(content))

    @asynccontextmanager
    async def read(
        self, path: str, span: Span | None, if_match: str | None = None
    ) -> AsyncIterator[Reading]:
        info = await self.info(path, if_match)
        content = self.files[path]
        start, end = span.within(info.size) if span else (0, info.size)
        yield Reading(info=info, start=start, end=end, parts=self._parts(content[start:end]))

    async def write(
        self,
        path: str,
        parts: AsyncIterator[bytes],
        if_match: str | None = None,
        only_new: bool = False,
    ) -> str:
        content = b"".join([part async for part in parts])
        present = self.files.get(path)
        if only_new and present is not None:
            raise FileChanged(path)
        if if_match is not None and (present is None or _etag(present) != if_match):
            raise FileChanged(path)
        self.files[path] = content
        return _etag(content)

    async def delete(self, path: str, if_match: str | None = None) -> None:
        await self.info(path, if_match)
        del self.files[path]

    async def _parts(self, content: bytes) -> AsyncIterator[bytes]:
        for at in range(0, len(content), self._part_bytes):
            yield content[at : at + self._part_bytes]


_MODIFIED = datetime(2026, 1, 1, tzinfo=UTC)


def _etag(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'

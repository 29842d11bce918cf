"""S3, Google Cloud Storage and Azure Blob Storage as a store, by obstore."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import obstore
import structlog
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    GenericError,
    PermissionDeniedError,
    PreconditionError,
    UnauthenticatedError,
)

from .errors import FileChanged, FileTooLarge, NoSuchFile, StorageFailed
from .object_pages import page_of
from .span import Span
from .store import FileInfo, Page, Reading

_PART_BYTES = 64 * 1024
_UPLOAD_BYTES = 8 * 1024**2
"""Held of an upload at a time, twice; what is not larger goes as one request."""
_MAX_CONDITIONAL_BYTES = 64 * 1024**2
"""An object store puts a file in its place on a condition only if it comes in one request."""

_log = structlog.stdlib.get_logger("relay.storage")


class ObjectStore:
    """`store` is one of obstore's, within a bucket and a prefix; `name` is for the log."""

    def __init__(self, name: str, store: Any) -> None:
        self._name = name
        self._store = store

    async def list(self, path: str, after: str, limit: int) -> Page:
        with self._in_our_words(path):
            return await page_of(self._store, path, after, limit)

    async def info(self, path: str, if_match: str | None = None) -> FileInfo:
        with self._in_our_words(path):
            info = _info_of(await obstore.head_async(self._store, path))
        if if_match not in (None, info.etag):
            raise FileChanged(path)
        return info

    @asynccontextmanager
    async def read(
        self, path: str, span: Span | None, if_match: str | None = None
    ) -> AsyncIterator[Reading]:
        options: Any = {"if_match": if_match} if if_match else {}
        if span is not None and span.start < 0:  # Azure knows no suffix
            span = Span(*span.within((await self.info(path, if_match)).size))
        if span is not None:
            options["range"] = (
                {"offset": span.start} if span.end is None else (span.start, span.end)
            )
        with self._in_our_words(path):
            try:
                found = await obstore.get_async(self._store, path, options=options or None)
            except GenericError:
                # So do bytes beyond the end fail, of which every store says something else.
                if span is not None:
                    span.within(_info_of(await obstore.head_async(self._store, path)).size)
                raise
        start, end = found.range
        yield Reading(
            info=_info_of(found.meta), start=start, end=end, parts=self._parts(path, found)
        )

    async def write(
        self,
        path: str,
        parts: AsyncIterator[bytes],
        if_match: str | None = None,
        only_new: bool = False,
    ) -> str:
        incoming = _Incoming(parts)
        mode: Any = {"e_tag": if_match} if if_match else "overwrite"
        if only_new:
            mode = "create"
        most = _UPLOAD_BYTES if mode == "overwrite" else _MAX_CONDITIONAL_BYTES
        first = await incoming.first(most)
        if mode != "overwrite" and not incoming.is_over:
            raise FileTooLarge(
                f"With a condition at most {_MAX_CONDITIONAL_BYTES} bytes are written here.",
                "Write it without one.",
            )
        try:
            with self._in_our_words(path):
                put = await self._put(path, first, incoming, mode)
        except NoSuchFile:  # what S3 says where there is nothing that could match
            raise FileChanged(path) from None
        except StorageFailed:
            if incoming.failure is not None:
                raise incoming.failure from None
            raise
        return str(put["e_tag"] or "")

    async def _put(self, path: str, first: bytes, incoming: "_Incoming", mode: Any) -> Any:
        if incoming.is_over:
            return await obstore.put_async(self._store, path, first, mode=mode, use_multipart=False)
        return await obstore.put_async(
            self._store,
            path,
            incoming.all(first),
            use_multipart=True,
            chunk_size=_UPLOAD_BYTES,
            max_concurrency=1,
        )

    async def delete(self, path: str, if_match: str | None = None) -> None:
        # S3 says nothing when there was no such file, and takes no condition.
        await self.info(path, if_match)
        with self._in_our_words(path):
            await obstore.delete_async(self._store, path)

    async def _parts(self, path: str, found: Any) -> AsyncIterator[bytes]:
        with self._in_our_words(path):
            async for part in found.stream(min_chunk_size=_PART_BYTES):
                yield bytes(part)

    @contextmanager
    def _in_our_words(self, path: str) -> Iterator[None]:
        """What a store says may name its bucket and its address: that is for the log alone."""
        try:
            yield
        except FileNotFoundError:
            raise NoSuchFile(path) from None
        except (PreconditionError, AlreadyExistsError):
            raise FileChanged(path) from None
        except (PermissionDeniedError, UnauthenticatedError) as error:
            self._note(error)
            raise StorageFailed(
                f"The storage does not let the relay do this with {path[:200]!r}.",
                "The relay's log has what it said; its operator can change the rights or the key.",
            ) from None
        except (BaseError, ValueError, OSError) as error:
            self._note(error)
            raise StorageFailed(
                "The storage could not be reached, or broke off.",
                "Try again; when it goes on, the relay's log has the reason.",
            ) from None

    def _note(self, error: Exception) -> None:
        _log.warning("a storage failed", storage=self._name, reason=str(error)[:2000])


class _Incoming:
    """An upload's parts. Keeps what they failed with: obstore does not hand it on."""

    def __init__(self, parts: AsyncIterator[bytes]) -> None:
        self._parts = parts
        self.is_over = False
        self.failure: BaseException | None = None

    async def first(self, most: int) -> bytes:
        """As much as `most`, or a part more."""
        content = bytearray()
        async for part in self._parts:
            content += part
            if len(content) > most:
                return bytes(content)
        self.is_over = True
        return bytes(content)

    async def all(self, first: bytes) -> AsyncIterator[bytes]:
        yield first
        try:
            async for part in self._parts:
                yield part
        except BaseException as failure:
            self.failure = failure
            raise


def _info_of(meta: Any) -> FileInfo:
    etag = meta["e_tag"] or f'"{meta["last_modified"].timestamp():x}-{meta["size"]:x}"'
    return FileInfo(size=meta["size"], modified=meta["last_modified"], etag=etag)

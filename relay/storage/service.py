"""The storages: who may read and write what, how much of it at a time, and what is noted of it."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import structlog

from relay.audit import AuditEvent, AuditLog
from relay.auth.actor import Actor
from relay.auth.declared_users import is_for
from relay.chosen import Chosen
from relay.errors import Unavailable
from relay.places import Places
from wasm_runtime.contracts.storage import DocumentStorages, StorageList, StorageListing
from wasm_runtime.errors import UsageError, WasmRuntimeError

from .declaration import Declared, Storage
from .errors import (
    HOW_TO_DECLARE,
    BadPath,
    FileTooLarge,
    MayNotWrite,
    NoSuchStorage,
    NotForNotebook,
    StorageTimeout,
)
from .path import checked_folder, checked_path
from .span import Span
from .store import FileInfo, Reading, Store

PAGE_ENTRIES = 1000
_MAX_TOKEN = 2048

StoreOf = Callable[[Storage], Store]
"""Opens a storage, or gives the one that is open. Raises UsageError when its credentials cannot be
had. Called in a thread."""

_log = structlog.stdlib.get_logger("relay.storage")


class StorageService:
    """`actor` asks in the name of a shared notebook, or in no notebook's."""

    def __init__(
        self,
        declared: Declared,
        store_of: StoreOf,
        chosen: Chosen,
        audit: AuditLog,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._declared = declared
        self._store_of = store_of
        self._chosen = chosen
        self._audit = audit
        self._clock = clock
        self._places = Places(declared.requests_per_person)

    def storages(self, actor: Actor) -> StorageList:
        """Those that the actor may use."""
        offered = sorted(self._declared.storages.values(), key=lambda storage: storage.name)
        return StorageList(storages=[each.info for each in offered if is_for(actor, each.users)])

    async def document_storages(self, actor: Actor, document_id: str) -> DocumentStorages:
        offered = self.storages(actor).storages
        usable = [each for each in offered if await self._is_for(document_id, each.name)]
        chosen = await self._chosen.of(document_id)
        return DocumentStorages(storages=usable, offered=offered, chosen=chosen)

    async def choose(
        self, actor: Actor, document_id: str, names: list[str] | None
    ) -> DocumentStorages:
        """Raises BadRequest for a storage that the operator does not offer."""
        offered = {info.name for info in self.storages(actor).storages}
        await self._chosen.choose(actor, document_id, names, offered, HOW_TO_DECLARE)
        return await self.document_storages(actor, document_id)

    async def list(
        self, actor: Actor, document_id: str | None, name: str, path: str, after: str
    ) -> StorageListing:
        """What is directly below a folder."""
        async with self._use(actor, document_id, name, "list files", path) as use:
            if len(after) > _MAX_TOKEN or not after.isprintable():
                raise BadPath("after: expected what the page before named as next.")
            page = await use.store.list(checked_folder(path), after, PAGE_ENTRIES)
            return StorageListing(entries=list(page.entries), next=page.next)

    async def info(
        self, actor: Actor, document_id: str | None, name: str, path: str, if_match: str | None
    ) -> FileInfo:
        async with self._use(actor, document_id, name, "look at file", path) as use:
            return await use.store.info(checked_path(path), if_match)

    @asynccontextmanager
    async def read(
        self,
        actor: Actor,
        document_id: str | None,
        name: str,
        path: str,
        span: Span | None,
        if_match: str | None,
    ) -> AsyncIterator[Reading]:
        """A file that is open for as long as the block; with its end, the use is on record."""
        async with (
            self._use(actor, document_id, name, "read file", path) as use,
            use.store.read(checked_path(path), span, if_match) as reading,
        ):
            if reading.end - reading.start > use.storage.max_file_bytes:
                raise FileTooLarge(
                    f"{path[:200]!r} has {reading.info.size} bytes; {name} gives at most "
                    f"{use.storage.max_file_bytes} at a time.",
                    "Read it in parts, as fsspec and Parquet readers do.",
                )
            yield replace(reading, parts=use.counted(reading.parts))

    async def write(
        self,
        actor: Actor,
        document_id: str | None,
        name: str,
        path: str,
        parts: AsyncIterator[bytes],
        if_match: str | None,
        only_new: bool,
    ) -> str:
        """The file's new etag. Nothing is changed unless all parts came."""
        async with self._use(actor, document_id, name, "write file", path, writes=True) as use:
            bounded = use.counted(parts, use.storage.max_file_bytes)
            return await use.store.write(checked_path(path), bounded, if_match, only_new)

    async def delete(
        self, actor: Actor, document_id: str | None, name: str, path: str, if_match: str | None
    ) -> None:
        async with self._use(actor, document_id, name, "delete file", path, writes=True) as use:
            await use.store.delete(checked_path(path), if_match)

    @asynccontextmanager
    async def _use(
        self,
        actor: Actor,
        document_id: str | None,
        name: str,
        action: str,
        path: str,
        writes: bool = False,
    ) -> AsyncIterator["_Use"]:
        """Within the limits of the person and the storage; recorded with the block's end."""
        started = self._clock()
        result = "ok"
        use: _Use | None = None
        try:
            async with self._places.place(actor.id):
                storage = await self._allowed(actor, document_id, name)
                if writes and not storage.may_write:
                    raise MayNotWrite(name)
                use = _Use(storage, await self._store(storage))
                try:
                    async with asyncio.timeout(storage.max_seconds):
                        yield use
                except TimeoutError:
                    raise StorageTimeout(
                        f"{name} did not get done within {storage.max_seconds:g} seconds.",
                        "Ask for less at a time; its operator can raise max_seconds.",
                    ) from None
        except BaseException as error:
            result = error.code if isinstance(error, WasmRuntimeError) else "cancelled"
            raise
        finally:
            event = AuditEvent(
                actor=actor.id,
                action=action,
                object=name[:64],
                result=result,
                details={
                    "document_id": document_id,
                    "path": path[:1024],
                    "bytes": use.bytes if use else 0,
                    "seconds": round(self._clock() - started, 3),
                },
            )
            await asyncio.to_thread(self._audit.append, event)

    async def _allowed(self, actor: Actor, document_id: str | None, name: str) -> Storage:
        storage = self._declared.storages.get(name)
        # Whether there is one is nobody's business who may not use it.
        if storage is None or not is_for(actor, storage.users):
            raise NoSuchStorage(name)
        if not await self._is_for(document_id, name):
            raise NotForNotebook(name)
        return storage

    async def _is_for(self, document_id: str | None, name: str) -> bool:
        otherwise = self._declared.storages[name].every_notebook
        return await self._chosen.allows(document_id, name, otherwise=otherwise)

    async def _store(self, storage: Storage) -> Store:
        try:
            return await asyncio.to_thread(self._store_of, storage)
        except UsageError as error:
            _log.error("a storage cannot be opened", storage=storage.name, reason=error.message)
            raise Unavailable(
                f"The relay cannot open the storage {storage.name}.",
                hint="Whoever runs the relay finds the reason in its log.",
            ) from None


class _Use:
    """One request to a storage, with how many bytes it moved."""

    def __init__(self, storage: Storage, store: Store) -> None:
        self.storage = storage
        self.store = store
        self.bytes = 0

    async def counted(
        self, parts: AsyncIterator[bytes], most: int | None = None
    ) -> AsyncIterator[bytes]:
        """Raises FileTooLarge."""
        async for part in parts:
            self.bytes += len(part)
            if most is not None and self.bytes > most:
                raise FileTooLarge(
                    f"{self.storage.name} takes files of at most {most} bytes.",
                    "Write it in several files.",
                )
            yield part

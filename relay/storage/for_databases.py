"""Storages as a database reads them: by the operator's leave, for the files a connection names."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from relay.audit import AuditEvent, AuditLog
from relay.errors import Unavailable
from wasm_runtime.errors import UsageError, WasmRuntimeError

from .address import address_of, parse_address
from .declaration import Declared
from .errors import FileChanged, NoSuchFile, NoSuchStorage
from .matching import files_matching
from .service import StoreOf
from .span import Span
from .store import Store

_MAX_FILES = 10_000
"""Of one view."""


@dataclass(frozen=True, slots=True)
class DatabaseFile:
    """`address` is storage://NAME/PATH."""

    address: str
    size: int


class DatabaseFiles:
    """What `storage://` in a connection's declaration stands for. Which people may use the
    connection says who may see the files: their operator declares both."""

    def __init__(self, declared: Declared, store_of: StoreOf, audit: AuditLog) -> None:
        self._declared = declared
        self._store_of = store_of
        self._audit = audit

    @asynccontextmanager
    async def opened(
        self, connection: str, patterns: Mapping[str, str]
    ) -> AsyncIterator["OpenedFiles"]:
        """The files that each pattern, `storage://NAME/PATH` with * ? **, matches now. What is read
        of them is one record for each storage, with the block's end. Raises StorageError."""
        files = OpenedFiles()
        result = "ok"
        try:
            for view, address in patterns.items():
                name, pattern = parse_address(address) or ("", "")
                store = await self._store(name)
                found = await files_matching(store, pattern, _MAX_FILES)
                files.add(view, name, store, {each.path: each.size for each in found})
            yield files
        except BaseException as error:
            result = error.code if isinstance(error, WasmRuntimeError) else "cancelled"
            raise
        finally:
            for name in sorted(
                {(parse_address(each) or ("", ""))[0] for each in patterns.values()}
            ):
                event = AuditEvent(
                    actor=f"connection {connection}",
                    action="read files for a query",
                    object=name,
                    result=result,
                    details={"files": files.count(name), "bytes": files.read_bytes(name)},
                )
                await asyncio.to_thread(self._audit.append, event)

    async def _store(self, name: str) -> Store:
        storage = self._declared.storages.get(name)
        if storage is None:
            raise NoSuchStorage(name)
        try:
            return await asyncio.to_thread(self._store_of, storage)
        except UsageError as error:
            raise Unavailable(f"The storage {name} cannot be opened: {error.message}") from None


class OpenedFiles:
    """Files by their number; a file that changes in the middle is an error, never a mixture."""

    def __init__(self) -> None:
        self.views: dict[str, list[DatabaseFile]] = {}
        self._files: dict[str, _File] = {}
        self._read: dict[str, int] = {}

    def add(self, view: str, storage: str, store: Store, sizes: Mapping[str, int]) -> None:
        self.views[view] = []
        for path, size in sizes.items():
            address = address_of(storage, path)
            self._files.setdefault(address, _File(storage, store, path, size))
            self.views[view].append(DatabaseFile(address, size))

    def count(self, storage: str) -> int:
        return sum(each.storage == storage for each in self._files.values())

    def read_bytes(self, storage: str) -> int:
        return self._read.get(storage, 0)

    async def read(self, number: int, start: int, end: int) -> bytes:
        """Bytes of the file of this number, as they come in `views`, each counted once.

        Raises StorageError.
        """
        if not 0 <= number < len(self._files):
            raise NoSuchFile(str(number))
        file = [*self._files.values()][number]
        async with file.store.read(file.path, Span(start, end), file.etag) as reading:
            if reading.info.size != file.size:
                raise FileChanged(file.path)
            file.etag = reading.info.etag
            content = b"".join([part async for part in reading.parts])
        self._read[file.storage] = self._read.get(file.storage, 0) + len(content)
        return content


@dataclass(slots=True)
class _File:
    storage: str
    store: Store
    path: str
    size: int
    etag: str | None = None
    """As it was when it was first read."""

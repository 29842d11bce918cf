"""What the relay keeps of a document beside its present: its past, and its blobs."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

import structlog

from relay.auth.access import Access
from relay.auth.actor import Actor
from relay.errors import BadRequest, NotFound, TooLarge
from wasm_runtime.contracts.relay_api import History

from .blobs import GRACE_SECONDS, Blob, BlobStore, hash_of, references, unneeded
from .errors import Deleted, Quarantined
from .history import history
from .journal import Journal
from .opening import open_document
from .past import states_at
from .refusal import permit, refusal_of
from .store import Store, StoreFault

_log = structlog.stdlib.get_logger("relay.sync")

T = TypeVar("T")


class Archive:
    """Asked over HTTP; the journal reads for it."""

    def __init__(
        self,
        journal: Journal,
        blobs: BlobStore,
        access: Access,
        max_document_blob_bytes: int,
        clock: Callable[[], float],
    ) -> None:
        self._journal = journal
        self._blobs = blobs
        self._access = access
        self._max_document_blob_bytes = max_document_blob_bytes
        self._clock = clock
        self._collections: set[asyncio.Task[None]] = set()
        self._putting = asyncio.Lock()

    async def history(self, actor: Actor, document_id: str) -> History:
        permit(self._access, actor, "read", document_id)
        return history(await self._read(lambda store: store.outline(document_id)))

    async def state_at(self, actor: Actor, document_id: str, sequence: int) -> bytes:
        """The document after this edit, as one update. Raises NotFound."""
        permit(self._access, actor, "read", document_id)
        states = await self._read(lambda store: states_at(store, document_id, [sequence]))
        if sequence not in states:
            raise NotFound(
                f"The document {document_id} cannot be read as it was at {sequence}.",
                hint="Ask for its history: the last edit of every entry is kept, and of those "
                "that are not thinned each one.",
            )
        return states[sequence]

    async def put_blob(self, actor: Actor, document_id: str, sha256: str, content: bytes) -> None:
        """Keep a blob. Raises BadRequest for another hash, TooLarge when they are too many."""
        permit(self._access, actor, "write", document_id)
        came = await asyncio.to_thread(hash_of, content)
        if came != sha256:
            raise BadRequest(f"Expected content with the SHA-256 {sha256}, got {came}.")
        # One at a time, so that two together cannot pass the bound.
        async with self._putting:
            if await self._read(lambda store: store.deleted([document_id])):
                raise Deleted(document_id)
            try:
                await self._make_room(document_id, sha256, len(content))
                await asyncio.to_thread(
                    self._blobs.put, document_id, sha256, content, self._clock()
                )
            except StoreFault as fault:
                raise refusal_of(fault) from fault

    async def blob(self, actor: Actor, document_id: str, sha256: str) -> bytes:
        """Raises NotFound, also for one that is damaged: whoever has it may put it again."""
        permit(self._access, actor, "read", document_id)
        try:
            content = await asyncio.to_thread(self._blobs.get, document_id, sha256)
        except StoreFault as fault:
            raise refusal_of(fault) from fault
        if content is not None and await asyncio.to_thread(hash_of, content) != sha256:
            _log.error("blob damaged", document_id=document_id, sha256=sha256)
            content = None
        if content is None:
            raise NotFound(
                f"The document {document_id} has no blob {sha256} here.",
                hint="Whoever has it can put it again; running the cell makes it anew.",
            )
        return content

    async def forget(self, document_id: str) -> None:
        """Delete all blobs of a document that was deleted. Raises SyncError."""
        async with self._putting:
            try:
                await asyncio.to_thread(self._blobs.forget, document_id)
            except StoreFault as fault:
                raise refusal_of(fault) from fault

    def collect_later(self, document_id: str) -> None:
        """Drop what nothing that is kept refers to; should it fail, the next time will do."""
        task = asyncio.create_task(self._collect(document_id))
        self._collections.add(task)
        task.add_done_callback(self._collections.discard)

    async def close(self) -> None:
        await asyncio.gather(*self._collections)
        await asyncio.to_thread(self._blobs.close)

    async def _collect(self, document_id: str) -> None:
        try:
            if await asyncio.to_thread(self._blobs.blobs, document_id):
                await self._drop_unneeded(document_id)
        except StoreFault as fault:
            _log.warning("blobs not collected", document_id=document_id, fault=str(fault))

    async def _make_room(self, document_id: str, sha256: str, size: int) -> None:
        if await self._excess(document_id, sha256, size) <= 0:
            return
        await self._drop_unneeded(document_id)
        excess = await self._excess(document_id, sha256, size)
        if excess <= 0:
            return
        # What only the past refers to gives way to the present.
        present = await self._read(lambda store: _present(store, document_id))
        free = await self._unneeded(document_id, present)
        going = []
        while free and excess > 0:
            going.append(free.pop(0))
            excess -= going[-1].size
        if excess > 0:
            raise TooLarge(
                f"The blobs of the document {document_id} would be larger than "
                f"{self._max_document_blob_bytes} bytes together.",
                hint="Clear outputs that are not needed any more.",
            )
        await self._drop(document_id, going)

    async def _excess(self, document_id: str, sha256: str, size: int) -> int:
        blobs = await asyncio.to_thread(self._blobs.blobs, document_id)
        others = sum(blob.size for blob in blobs if blob.sha256 != sha256)
        return others + size - self._max_document_blob_bytes

    async def _drop_unneeded(self, document_id: str) -> None:
        needed = await self._read(lambda store: references(store.contents(document_id)))
        await self._drop(document_id, await self._unneeded(document_id, needed))

    async def _unneeded(self, document_id: str, needed: set[str]) -> list[Blob]:
        blobs = await asyncio.to_thread(self._blobs.blobs, document_id)
        return unneeded(blobs, needed, self._clock() - GRACE_SECONDS)

    async def _drop(self, document_id: str, blobs: list[Blob]) -> None:
        hashes = {blob.sha256 for blob in blobs}
        before = self._clock() - GRACE_SECONDS
        await asyncio.to_thread(self._blobs.drop, document_id, hashes, before)

    async def _read(self, ask: Callable[[Store], T]) -> T:
        try:
            return await self._journal.read(ask)
        except StoreFault as fault:
            raise refusal_of(fault) from fault


def _present(store: Store, document_id: str) -> set[str]:
    """What the newest state refers to; of a damaged document everything that is kept."""
    stored = store.load(document_id)
    if stored is None:
        return set()
    try:
        return references([open_document(document_id, stored, stored.epoch).replica.state()])
    except Quarantined:
        return references(store.contents(document_id))

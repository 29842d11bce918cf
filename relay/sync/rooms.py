"""All rooms: opened by the first client, closed some time after the last."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeVar

from relay.auth.access import Access
from relay.auth.actor import Actor
from relay.errors import no_document

from .archive import Archive
from .background import background
from .blobs import BlobStore, MemoryBlobs
from .bus import Bus, Ended, NoBus, Note, Written
from .client import Client
from .errors import Deleted, EpochDiffers, Restarting
from .journal import Journal
from .limits import Limits
from .metrics import SyncMetrics
from .opening import Opened, open_document
from .refusal import permit, refusal_of
from .room import Room
from .store import Store, Stored, StoreFault
from .stored_documents import StoredDocuments
from .watching import watch

T = TypeVar("T")


class Rooms:
    """The sync service, for as long as `open_rooms` holds it open."""

    def __init__(
        self,
        journal: Journal,
        access: Access,
        limits: Limits,
        metrics: SyncMetrics,
        bus: Bus,
        archive: Archive,
        clock: Callable[[], float],
    ) -> None:
        self.limits = limits
        self.archive = archive
        self._bus = bus
        self._clock = clock
        self.metrics = metrics
        self._journal = journal
        self._access = access
        self._rooms: dict[str, Room] = {}
        self.stored = StoredDocuments(journal, access, clock, self._rooms.get)
        self._opening: dict[str, asyncio.Task[Room]] = {}
        self._closing: dict[str, asyncio.TimerHandle] = {}

    async def join(self, document_id: str, epoch: str | None, client: Client) -> Room:
        """The room, with the client in it. Raises a SyncError with which to close it.

        The first `epoch` that a document is joined with is its epoch; without one it is minted.
        """
        if client.actor.user is not None:
            await self._refuse_deleted(document_id)
        await self._access.claim(client.actor, document_id, partial(self._is_new, document_id))
        permit(self._access, client.actor, "read", document_id)
        room = await self._open(document_id, epoch)
        while self._rooms.get(document_id) is not room:  # closed as idle before we came
            room = await self._open(document_id, epoch)
        if room.ended is not None:
            raise room.ended
        if epoch is not None and epoch != room.epoch:
            raise EpochDiffers(
                f"The document {document_id} here is of epoch {room.epoch}, yours of {epoch}.",
                hint="Keep yours as a copy under a new id.",
            )
        room.join(client)
        self.metrics.clients.inc()
        self._keep_open(document_id)
        return room

    async def _refuse_deleted(self, document_id: str) -> None:
        """Nobody has a role in a deleted document, but who comes with it is to know why."""
        room = self._rooms.get(document_id)
        if room is not None and isinstance(room.ended, Deleted):
            raise room.ended
        if room is not None:
            return
        try:
            deleted = await self._journal.read(lambda store: store.deleted([document_id]))
        except StoreFault as fault:
            raise refusal_of(fault) from fault
        if deleted:
            raise Deleted(document_id)

    async def _is_new(self, document_id: str) -> bool:
        """Whether nobody has ever written it."""
        return await self._load(document_id, lambda stored: stored is None)

    def reconsider(self) -> None:
        """Somebody's rights may have changed: close those for whom they have."""
        for room in self._rooms.values():
            room.reconsider()

    def leave(self, room: Room, client: Client) -> None:
        room.audience.leave(client)
        self.metrics.clients.dec()
        if not room.audience.clients:
            self._close_later(room)

    async def delete(self, actor: Actor, document_id: str) -> None:
        """Let go of everything of a document, for good. What was begun before may be asked for
        again. Raises SyncError, NotFound and Unavailable."""
        permit(self._access, actor, "delete", document_id)
        room = self._rooms.get(document_id)
        try:
            was_there = await self._journal.delete(document_id, room.epoch if room else None)
        except StoreFault as fault:
            raise refusal_of(fault) from fault
        if not was_there:
            raise no_document(document_id)
        self._bus.post(Ended(document_id))
        opening = self._opening.get(document_id)
        if opening is not None:  # it may have been read before
            await asyncio.wait([opening])
        self.ended(document_id)
        await self.archive.forget(document_id)
        # Last, so that until then its owners can try again.
        await self._access.forget(document_id)

    def heard(self, relay: str, note: Note) -> None:
        room = self._rooms.get(note.document_id)
        if room is not None:
            room.heard(relay, note)

    def gone(self, relay: str) -> None:
        for room in self._rooms.values():
            room.audience.gone(relay)

    def missed(self) -> None:
        for room in self._rooms.values():
            room.audience.introduce()

    def open_documents(self) -> list[str]:
        return list(self._rooms)

    def reached(self, document_id: str, sequence: int) -> None:
        room = self._rooms.get(document_id)
        if room is not None:
            room.heard("", Written(document_id, room.epoch, sequence, None))

    def ended(self, document_id: str) -> None:
        room = self._rooms.get(document_id)
        if room is not None:
            room.end(Deleted(document_id))

    async def close(self) -> None:
        """End every connection; what they sent is still written."""
        for handle in self._closing.values():
            handle.cancel()
        for room in self._rooms.values():
            await room.close(Restarting("The relay is stopping."))

    async def _open(self, document_id: str, epoch: str | None) -> Room:
        """The room; however many ask at once, it is read once."""
        room = self._rooms.get(document_id)
        if room is not None:
            return room
        task = self._opening.get(document_id)
        if task is None:
            task = asyncio.create_task(self._read(document_id, epoch))
            self._opening[document_id] = task
            task.add_done_callback(lambda _: self._opening.pop(document_id))
        return await asyncio.shield(task)

    async def _read(self, document_id: str, epoch: str | None) -> Room:
        new_epoch = epoch or secrets.token_hex(8)

        def read(stored: Stored | None) -> Opened:
            return open_document(document_id, stored, new_epoch)

        opened = await self._load(document_id, read)
        room = Room(
            document_id,
            opened,
            self._journal,
            self._access,
            self.limits,
            self._bus,
            self.archive.collect_later,
            self._clock,
            epoch_is_minted=epoch is None,
        )
        self._rooms[document_id] = room
        room.audience.introduce()
        self.metrics.rooms.inc()
        self._close_later(room)
        return room

    async def _load(self, document_id: str, build: Callable[[Stored | None], T]) -> T:
        try:
            return await self._journal.read(lambda store: build(store.load(document_id)))
        except StoreFault as fault:
            raise refusal_of(fault) from fault

    def _close_later(self, room: Room) -> None:
        self._keep_open(room.document_id)
        self._closing[room.document_id] = asyncio.get_running_loop().call_later(
            self.limits.idle_seconds, self._close_if_idle, room
        )

    def _keep_open(self, document_id: str) -> None:
        handle = self._closing.pop(document_id, None)
        if handle is not None:
            handle.cancel()

    def _close_if_idle(self, room: Room) -> None:
        if room.audience.clients:
            return
        if not room.is_idle:
            self._close_later(room)
            return
        del self._closing[room.document_id]
        del self._rooms[room.document_id]
        self.metrics.rooms.dec()


@asynccontextmanager
async def open_rooms(
    store: Store,
    access: Access,
    limits: Limits,
    metrics: SyncMetrics,
    blobs: BlobStore | None = None,
    bus: Bus | None = None,
    clock: Callable[[], float] = time.time,
) -> AsyncIterator[Rooms]:
    """The sync service; at the end everything that was taken is written."""
    blobs, bus = blobs or MemoryBlobs(), bus or NoBus()
    async with Journal(store, metrics, limits.max_history_bytes).open() as journal:
        archive = Archive(journal, blobs, access, limits.max_document_blob_bytes, clock)
        rooms = Rooms(journal, access, limits, metrics, bus, archive, clock)
        watching = [watch(rooms, journal, limits.watch_seconds)] if store.is_shared else []
        async with bus.open(rooms), background(*watching):
            try:
                yield rooms
            finally:
                await rooms.close()
                await archive.close()

"""What HTTP asks of a document that need not be open: how far it is kept, what is good of it."""

from collections.abc import Callable
from typing import TypeVar

from relay.auth.access import Access
from relay.auth.actor import Actor
from wasm_runtime.contracts.relay_api import RoomStatus

from .compaction import reopened
from .errors import Quarantined
from .journal import Journal
from .opening import open_document
from .refusal import permit, refusal_of
from .room import Room
from .store import Stored, StoreFault

T = TypeVar("T")


class StoredDocuments:
    """Read from the store, where the room is not open. All methods raise SyncError."""

    def __init__(
        self,
        journal: Journal,
        access: Access,
        clock: Callable[[], float],
        room: Callable[[str], Room | None],
    ) -> None:
        self._room = room
        self._journal = journal
        self._access = access
        self._clock = clock

    async def status(self, actor: Actor, document_id: str) -> RoomStatus | None:
        """What is known of a document, None when it was never written."""
        permit(self._access, actor, "read", document_id)
        role = self._access.role(actor, document_id)
        assert role is not None
        room = self._room(document_id)
        if room is not None and room.saved_sequence and room.ended is None:
            return RoomStatus(
                document_id=document_id, epoch=room.epoch, sequence=room.saved_sequence, role=role
            )

        def read(stored: Stored | None) -> RoomStatus | None:
            if stored is None:
                return None
            try:
                sequence, damage = open_document(document_id, stored, stored.epoch).sequence, None
            except Quarantined as error:
                sequence, damage = error.sequence, error.message
            return RoomStatus(
                document_id=document_id,
                epoch=stored.epoch,
                sequence=sequence,
                role=role,
                damage=damage,
            )

        return await self._load(document_id, read)

    async def last_good_state(self, actor: Actor, document_id: str) -> bytes | None:
        """The newest state that can be read, as one update; None when there is no document."""
        permit(self._access, actor, "read", document_id)

        def read(stored: Stored | None) -> bytes | None:
            if stored is None:
                return None
            try:
                return open_document(document_id, stored, stored.epoch).replica.state()
            except Quarantined as error:
                return error.last_good

        return await self._load(document_id, read)

    async def reopen(self, actor: Actor, document_id: str) -> None:
        """Let a quarantined document go on from its last good state; another is left as it is.

        Its epoch remains: what a client still has of the lost edits, it sends again.
        """
        permit(self._access, actor, "reopen", document_id)

        def read(stored: Stored | None) -> None:
            if stored is not None:
                open_document(document_id, stored, stored.epoch)

        try:
            await self._load(document_id, read)
        except Quarantined as damage:
            compaction = reopened(document_id, damage.sequence, damage.last_good, self._clock())
            try:
                await self._journal.compact_now(compaction)
            except StoreFault as fault:
                raise refusal_of(fault) from fault

    async def _load(self, document_id: str, build: Callable[[Stored | None], T]) -> T:
        try:
            return await self._journal.read(lambda store: build(store.load(document_id)))
        except StoreFault as fault:
            raise refusal_of(fault) from fault

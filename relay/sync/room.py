"""A room: one document that is open, and the clients who edit it.

An edit is examined, tried, written by the journal, and only then shown: to its author as a
receipt, to everybody else as an update. When the store fails, the authors of what is not written
are closed, so that they come back and send it again; the others go on reading. What other relays
write to the same log is taken in the order of the log.
"""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

import structlog

from relay.auth.access import Access

from .audience import Audience
from .broadcast import Broadcast
from .bus import Bus, Compacted, Ended, Note, States, WhoIsThere, Written
from .client import Client
from .compaction import Due, LogSize
from .errors import Deleted, MessageTooLarge, NotSaved, Quarantined, SyncError
from .following import Follower
from .journal import Journal
from .limits import Limits
from .log_position import LogPosition
from .messages import (
    FRAME_BYTES,
    AwarenessUpdate,
    Edit,
    Message,
    StateRequest,
    answer,
    news,
    state_request,
)
from .opening import Opened
from .reading_again import read_again
from .replica import Offered
from .rights import Rights
from .splitting import Splitter
from .store import Append, DocumentDeleted, StoreFault
from .threads import beside_the_loop_if_large
from .unsaved import Unsaved
from .update import Outside, Roots
from .versions import named_sequences

_log = structlog.stdlib.get_logger("relay.sync")

_TOLD_BYTES = 4 * 1024
"""Other relays read a larger update from the log, so that the bus need not hold it."""
_BEGUN_ELSEWHERE = "The document was begun at another relay meanwhile."


class Room:
    """Made from what `open_document` read; the journal writes for it."""

    def __init__(
        self,
        document_id: str,
        opened: Opened,
        journal: Journal,
        access: Access,
        limits: Limits,
        bus: Bus,
        compacted: Callable[[str], None],
        clock: Callable[[], float],
        epoch_is_minted: bool,
    ) -> None:
        self.document_id = document_id
        self.audience = Audience(document_id, bus)
        self.ended: Quarantined | Deleted | None = None
        """Why nobody may come in any more."""
        self._journal = journal
        self._rights = Rights(access, document_id)
        self._max_document_bytes = limits.max_document_bytes
        self._splitter = Splitter(limits.max_message_bytes - FRAME_BYTES)
        self._broadcast = Broadcast(self.audience, self._splitter)
        self._bus = bus
        self._compacted = compacted
        self._clock = clock
        self._epoch_is_minted = epoch_is_minted
        self._unsaved = Unsaved()
        self._log = LogSize()
        self.turn = asyncio.Lock()
        self._recovery: asyncio.Task[None] | None = None
        self._follower = Follower(self, journal)
        self._begin(opened)

    @property
    def is_idle(self) -> bool:
        busy = self._unsaved or self._recovery or self._follower.is_busy
        return not (self.audience.clients or busy)

    @property
    def saved_sequence(self) -> int:
        """Everything up to here is on disk, and known here."""
        return self.position.upto

    def join(self, client: Client) -> None:
        """From now on the client gets the news; it is asked for what the relay lacks."""
        self._rights.permit(client, "read")
        self._rights.remember(client)
        client.send(state_request(self._replica.state_vector()))
        self.audience.join(client)

    def reconsider(self) -> None:
        """Somebody's rights may have changed: close those for whom they have."""
        for client in self.audience.clients:
            self._rights.reconsider(client)

    async def receive(self, client: Client, message: Message) -> None:
        """Do what a client asks. Raises the SyncError with which it is to be closed."""
        match message:
            case StateRequest(state_vector):
                self._rights.permit(client, "read")
                await client.is_read_up()
                # Who waits for step 2 has everything when it comes.
                *parts, last = await self._splitter.parts(self._replica.beyond(state_vector))
                client.answer([*map(news, parts), answer(last)])
            case Edit():
                self._rights.permit(client, "read")
                await client.has_room()
                async with self.turn:
                    # While it waited, the room may have become another document than the client's.
                    client.must_be_open()
                    await self._edit(client, message)
            case AwarenessUpdate(states):
                self._rights.permit(client, "read")
                self.audience.says(client, states)

    async def _edit(self, client: Client, edit: Edit) -> None:
        self._must_save()
        try:
            offered = await self._offer(edit.update, self._rights.roots(client))
        except Outside:
            raise self._rights.refusal(client, "write") from None
        self._must_save()  # the store may have failed meanwhile
        if offered.new is not None:
            append = Append(
                self.document_id,
                self.epoch,
                offered.new,
                client.actor.id,
                self._clock(),
                begins=self.saved_sequence == 0,
            )
            self._unsaved.add(append, client)
        if offered.complete:
            client.expect_receipt(self._unsaved.offered)
            if edit.is_answer:
                client.resolve_receipts(self._unsaved.offered)
        else:
            client.expect_receipt(None)
            if not edit.is_answer:
                client.send(state_request(self._replica.state_vector()))
        client.saved(self._unsaved.saved)
        if offered.new is not None:
            self._journal.submit(self)

    async def _offer(self, update: bytes, only: Roots | None) -> Offered:
        if self._size_bytes + len(update) > self._max_document_bytes:
            bound = self._max_document_bytes
            raise MessageTooLarge(f"The document would be larger than {bound} bytes.")
        return await beside_the_loop_if_large(partial(self._replica.offer, only=only), update)

    def take(self) -> Sequence[Append]:
        return self._unsaved.take()

    def saved(self, sequences: Sequence[int]) -> None:
        if not sequences or self.ended is not None:
            return
        if self._unsaved.was_forgotten:  # the room has begun again meanwhile
            for sequence in sequences:
                self.position.heard(sequence, None)
            self._follower.follow()
            return
        for sequence in sequences:
            author, update = self._unsaved.wrote(), self._replica.keep()
            self._broadcast.add(update, author)
            self._grow(len(update))
            self.position.wrote(sequence)
            told = update if len(update) <= _TOLD_BYTES else None
            self._bus.post(Written(self.document_id, self.epoch, sequence, told))
        self._broadcast.go_on()
        self.audience.saved(self._unsaved.saved)
        self._follower.follow()
        self._compact_if_due()

    def _grow(self, size: int) -> None:
        self._log.grow(size)
        self._size_bytes += size

    def _compact_if_due(self) -> None:
        # While some records are missing, the state is not that of any one sequence.
        if not self._log.is_long or self.position.is_behind:
            return
        state = self._replica.state()
        self._log = LogSize()
        self._size_bytes = len(state)
        named = named_sequences(self._replica.versions())
        due = Due(self.document_id, self.saved_sequence, state, self._clock(), named)
        self._bus.post(Compacted(self.document_id, due.sequence))
        self._journal.compact(due, lambda: self._compacted(self.document_id))

    def lost(self, fault: StoreFault) -> None:
        if isinstance(fault, DocumentDeleted):
            self.end(Deleted(self.document_id))
        else:
            self.begin_again(str(fault))

    def heard(self, relay: str, note: Note) -> None:
        """Another relay says something of this document."""
        match note:
            case Written(_, epoch, sequence, update) if epoch == self.epoch:
                self.position.heard(sequence, update)
                self._follower.follow()
            case Written() if self.saved_sequence == 0 and self._recovery is None:
                self.begin_again(_BEGUN_ELSEWHERE)
            case Compacted(_, sequence):
                self._log = LogSize(records=max(0, self.saved_sequence - sequence))
            case States(_, states):
                self.audience.says_relay(relay, states)
            case WhoIsThere():
                self.audience.say_who_is_here()
            case Ended():
                self.end(Deleted(self.document_id))

    async def take_in(self, sequence: int, update: bytes) -> None:
        """Within a turn: a record that another relay wrote, or a snapshot in place of all up to
        it. Raises Malformed."""
        if sequence <= self.saved_sequence:
            return
        await beside_the_loop_if_large(self._replica.add, update)
        self.position.took(sequence)
        self._grow(len(update))
        await self._broadcast.show(update)
        self._compact_if_due()

    def begin_again(self, why: str) -> None:
        """What is here may not be what is stored: whoever waits for a receipt is to come back."""
        if self.ended is not None:
            return
        self._unsaved.forget()
        self.audience.close_waiting(why)
        if self._recovery is None:
            self._recovery = asyncio.create_task(self._recover())

    async def _recover(self) -> None:
        try:
            opened = await read_again(self._journal, self.document_id, self.epoch)
        except Quarantined as damage:
            self.end(damage)
        except DocumentDeleted:
            self.end(Deleted(self.document_id))
        else:
            async with self.turn:
                await self._show_again(opened)
        self._recovery = None
        self._follower.follow()

    def end(self, why: Quarantined | Deleted) -> None:
        """Nobody may write here any more, and whoever is here is told why."""
        if self.ended is None:
            self.ended = why
            self._unsaved.forget()
            self._broadcast.close()
            self.audience.close(why)

    async def _show_again(self, opened: Opened) -> None:
        shown = self._replica.state_vector()
        grown = opened.sequence > self.saved_sequence
        if opened.epoch != self.epoch and not self._epoch_is_minted:
            # Nothing of the document that these clients believe in was saved or shown.
            self.audience.close(NotSaved(_BEGUN_ELSEWHERE))
        self._begin(opened)
        if grown:
            await self._broadcast.show(self._replica.beyond(shown))

    def _begin(self, opened: Opened) -> None:
        self.epoch = opened.epoch
        self._replica = opened.replica
        self.position = LogPosition(opened.sequence)
        self._log = LogSize(opened.log_records, opened.log_bytes)
        self._size_bytes = len(opened.replica.state())

    async def close(self, reason: SyncError) -> None:
        """End every connection, and stop trying to reach the store."""
        self._broadcast.close()
        self.audience.close(reason)
        await self._follower.close()
        if self._recovery is not None:
            self._recovery.cancel()
            await asyncio.gather(self._recovery, return_exceptions=True)

    def _must_save(self) -> None:
        if self.ended is not None:
            raise self.ended
        if self._recovery is not None:
            raise NotSaved("The store has failed; the relay is trying again.")

"""Rooms as they come and go: opened whole, closed when idle, quarantined when damaged."""

from dataclasses import replace
from pathlib import Path

import pytest

from relay.auth.actor import Actor
from relay.sync.compaction import SNAPSHOT_RECORDS, reopened
from relay.sync.errors import EpochDiffers, NotPermitted, Quarantined, StoreUnavailable
from relay.sync.limits import Limits
from relay.sync.memory_store import MemoryStore
from relay.sync.rooms import Rooms
from relay.sync.sqlite_store import SqliteStore
from relay.sync.store import Append, Record, Store, Stored
from tests.relay.sync.faulty_store import FaultyStore
from tests.relay.sync.hostile import nested_types
from tests.relay.sync.link import ME, Link, connected_until_saved, rooms_of, until
from tests.relay.sync.peer import Peer
from wasm_runtime.contracts.relay_api import RoomStatus

pytestmark = pytest.mark.anyio


async def written(store: Store, *edits: str) -> Peer:
    """A document `d` in the store, one record for each edit."""
    peer = Peer()
    async with rooms_of(store) as rooms:
        link = await Link(rooms, peer).open("first")
        for edit in edits:
            peer.text.insert(len(peer.text), edit)
            await until(lambda: peer.is_saved)
        await link.close()
    return peer


async def read(rooms: Rooms) -> str:
    reader = Peer()
    link = await Link(rooms, reader).open()
    await until(lambda: bool(str(reader)))
    await link.close()
    return str(reader)


async def test_a_room_that_was_idle_reopens_whole() -> None:
    async with rooms_of(MemoryStore(), Limits(idle_seconds=0.02)) as rooms:
        peer = Peer()
        link = await Link(rooms, peer).open()
        peer.text.insert(0, "hello")
        await until(lambda: peer.is_saved)
        await link.close()
        await until(lambda: rooms.metrics.rooms._value.get() == 0)
        assert await read(rooms) == "hello"


async def test_another_relay_process_reads_what_the_first_has_written(tmp_path: Path) -> None:
    path = tmp_path / "documents.sqlite"
    await written(SqliteStore(path), "hel", "lo")
    async with rooms_of(SqliteStore(path)) as rooms:
        assert await read(rooms) == "hello"


async def test_the_first_epoch_is_the_documents_for_ever() -> None:
    store = MemoryStore()
    await written(store, "a")
    async with rooms_of(store) as rooms:
        await Link(rooms, Peer()).open("first")
        await Link(rooms, Peer()).open(None)
        with pytest.raises(EpochDiffers, match="first, yours of second"):
            await Link(rooms, Peer()).open("second")
        assert await rooms.stored.status(ME, "d") == RoomStatus(
            document_id="d", epoch="first", sequence=1, role="owner"
        )


async def test_of_two_who_create_a_document_at_once_one_is_told_that_it_is_another() -> None:
    async with rooms_of(MemoryStore()) as rooms:
        await Link(rooms, Peer()).open("mine")
        with pytest.raises(EpochDiffers):
            await Link(rooms, Peer()).open("yours")


async def test_an_epoch_is_minted_once_for_those_who_bring_none() -> None:
    store = MemoryStore()
    async with rooms_of(store) as rooms:
        one = Peer()
        room = (await Link(rooms, one).open())._room
        assert room is not None
        one.text.insert(0, "a")
        await until(lambda: one.is_saved)
    stored = store.load("d")
    assert stored is not None
    assert stored.epoch == room.epoch


async def test_joining_writes_nothing() -> None:
    store = MemoryStore()
    async with rooms_of(store) as rooms:
        await Link(rooms, Peer()).open()
        assert (await rooms.stored.status(ME, "d"), store.load("d")) == (None, None)


async def test_the_log_is_compacted_and_the_document_stays_whole() -> None:
    store = MemoryStore()
    edits = [f"{number}," for number in range(SNAPSHOT_RECORDS + 10)]
    async with rooms_of(store) as rooms:
        peer = Peer()
        await Link(rooms, peer).open()
        for edit in edits:
            peer.text.insert(len(peer.text), edit)
        await until(lambda: peer.is_saved)
    stored = store.load("d")
    assert stored is not None
    assert len(stored.snapshots) == 1
    async with rooms_of(store) as rooms:
        assert await read(rooms) == "".join(edits)


class Damaged(MemoryStore):
    """Reads a document with some records spoilt; `snapshot` spoils the newest snapshot too."""

    def __init__(self, *sequences: int, snapshot: bool = False) -> None:
        super().__init__()
        self.sequences = set(sequences)
        self.snapshot = snapshot

    def load(self, document_id: str) -> Stored | None:
        stored = super().load(document_id)
        if stored is None:
            return None
        records = [self._spoilt(r) if r.sequence in self.sequences else r for r in stored.records]
        snapshots = list(stored.snapshots)
        if self.snapshot:
            snapshots[0] = self._spoilt(snapshots[0])
        return replace(stored, records=records, snapshots=snapshots)

    def _spoilt(self, record: Record) -> Record:
        return replace(record, content=bytes([record.content[0] ^ 1]) + record.content[1:])


async def test_a_damaged_document_is_quarantined_and_the_others_are_not() -> None:
    store = Damaged(2)
    await written(store, "a", "b", "c")
    async with rooms_of(store) as rooms:
        with pytest.raises(Quarantined, match="damaged at sequence 2 of 3"):
            await Link(rooms, Peer()).open()
        status = await rooms.stored.status(ME, "d")
        assert status is not None
        assert (status.epoch, status.sequence, bool(status.damage)) == ("first", 3, True)
        other = Peer()
        await Link(rooms, other, "other").open()
        other.text.insert(0, "fine")
        await until(lambda: other.is_saved)


async def test_its_last_good_state_is_offered_and_it_goes_on_from_there() -> None:
    store = Damaged(2)
    author = await written(store, "a", "b", "c")
    async with rooms_of(store) as rooms:
        last_good = Peer()
        last_good.doc.apply_update(await rooms.stored.last_good_state(ME, "d") or b"")
        await rooms.stored.reopen(ME, "d")
        assert (str(last_good), await read(rooms)) == ("a", "a")
        await connected_until_saved(rooms, author)  # who still has what was lost, sends it again
        assert await read(rooms) == "abc"


async def test_a_document_that_is_whole_is_not_changed_by_reopening() -> None:
    store = MemoryStore()
    await written(store, "a", "b")
    before = store.load("d")
    async with rooms_of(store) as rooms:
        await rooms.stored.reopen(ME, "d")
    assert store.load("d") == before


async def test_behind_a_damaged_snapshot_the_one_before_tells_everything() -> None:
    store = Damaged()
    await written(store, "a", "b", "c")
    for sequence in (1, 3):
        async with rooms_of(store) as rooms:
            state = await rooms.stored.last_good_state(ME, "d")
        assert state is not None
        store.compact(reopened("d", sequence, _state_at(store, sequence), 0.0))
    store.snapshot = True
    async with rooms_of(store) as rooms:
        assert await read(rooms) == "abc"


def _state_at(store: MemoryStore, sequence: int) -> bytes:
    stored = store.load("d")
    assert stored is not None
    peer = Peer()
    for record in [*stored.snapshots[::-1], *stored.records]:
        if record.sequence <= sequence:
            peer.doc.apply_update(record.content)
    return peer.doc.get_update()


async def test_poison_in_the_store_does_not_end_the_process() -> None:
    store = MemoryStore()
    await written(store, "a")
    store.append([Append("d", "first", nested_types(200_000), "mallory", 0.0)])
    async with rooms_of(store) as rooms:
        with pytest.raises(Quarantined, match="sequence 2"):
            await Link(rooms, Peer()).open()


async def test_a_missing_record_is_damage() -> None:
    store = MemoryStore()
    await written(store, "a", "b", "c")
    del store._documents["d"].records[2]
    async with rooms_of(store) as rooms:
        with pytest.raises(Quarantined, match="sequence 2 of 3"):
            await Link(rooms, Peer()).open()


async def test_one_documents_conflict_is_not_anothers() -> None:
    store = MemoryStore()
    async with rooms_of(store) as rooms:
        one, other = Peer(), Peer()
        first = await Link(rooms, one).open()
        second = await Link(rooms, other, "other").open()
        await until(lambda: one.is_saved and other.is_saved)
        foreign = Peer()
        foreign.text.insert(0, "foreign ")
        store.append([Append("d", "e", foreign.doc.get_update(), "foreign", 0.0, begins=True)])
        one.text.insert(0, "a")
        other.text.insert(0, "b")
        await until(lambda: other.is_saved and first.closed is not None)
        assert second.closed is None
        await connected_until_saved(rooms, one)
        assert sorted(str(one)) == sorted("aforeign ")


async def test_a_store_that_cannot_be_read_is_said_to_be_unavailable() -> None:
    store = FaultyStore(lambda write: None)
    store.unreadable = True
    async with rooms_of(store) as rooms:
        with pytest.raises(StoreUnavailable):
            await Link(rooms, Peer()).open()
        store.unreadable = False
        await Link(rooms, Peer()).open()


async def test_whom_the_access_does_not_know_may_not_join() -> None:
    async with rooms_of(MemoryStore()) as rooms:
        link = Link(rooms, Peer())
        link.client.actor = Actor(address="127.0.0.1")
        with pytest.raises(NotPermitted):
            await link.open()

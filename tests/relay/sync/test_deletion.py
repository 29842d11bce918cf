"""Deleting a document: nothing of it stays, everybody hears of it, and nobody makes it anew."""

from pathlib import Path

import pytest

from relay.errors import NotFound
from relay.sync.blobs import hash_of
from relay.sync.bus import MemoryBus
from relay.sync.compaction import Due, plan
from relay.sync.errors import Deleted, StoreUnavailable
from relay.sync.limits import Limits
from relay.sync.memory_store import MemoryStore
from relay.sync.rooms import Rooms
from relay.sync.sqlite_store import SqliteStore
from relay.sync.store import DocumentDeleted
from tests.relay.sync.faulty_store import FaultyStore
from tests.relay.sync.link import ME, Link, connected_until_saved, rooms_of, until
from tests.relay.sync.peer import Peer

pytestmark = pytest.mark.anyio


async def written(rooms: Rooms, text: str, document_id: str = "d") -> Link:
    peer = Peer()
    peer.text.insert(0, text)
    return await connected_until_saved(rooms, peer, document_id)


def is_in_a_file(folder: Path, text: str) -> bool:
    return any(text.encode() in file.read_bytes() for file in folder.iterdir())


async def test_whoever_is_there_is_told_and_others_are_not_disturbed() -> None:
    store = MemoryStore()
    async with rooms_of(store) as rooms:
        one, two = await written(rooms, "a"), await written(rooms, "b")
        other = await written(rooms, "c", "other")
        await rooms.delete(ME, "d")
        await until(lambda: all(isinstance(link.closed, Deleted) for link in (one, two)))
        other.peer.text.insert(0, "more ")
        await until(lambda: other.peer.is_saved)
        assert (other.closed, store.heads(["d", "other"])) == (None, {"other": 2})


async def test_who_comes_back_with_the_document_does_not_make_it_anew() -> None:
    store = MemoryStore()
    async with rooms_of(store, Limits(idle_seconds=0.02)) as rooms:
        link = await written(rooms, "a")
        await rooms.delete(ME, "d")
        await until(lambda: link.closed is not None)
        for _ in range(2):  # the room may still be open, or not any more
            with pytest.raises(Deleted):
                await Link(rooms, link.peer).open("an epoch")
            await until(lambda: not rooms.open_documents())
    async with rooms_of(store) as rooms:
        with pytest.raises(Deleted):
            await Link(rooms, link.peer).open(None)
        with pytest.raises(Deleted):
            await rooms.archive.put_blob(ME, "d", hash_of(b"late"), b"late")


async def test_an_edit_that_was_under_way_is_not_kept() -> None:
    store = FaultyStore(lambda number: "hangs" if number == 1 else None)
    async with rooms_of(store) as rooms:
        peer = Peer()
        link = await Link(rooms, peer).open()
        peer.text.insert(0, "written while it was deleted")
        await until(lambda: store.writes == 1)
        store.release()
        await rooms.delete(ME, "d")
        await until(lambda: link.closed is not None)
        with pytest.raises(DocumentDeleted):
            store.load("d")
        assert list(store.contents("d")) == []


async def test_deleting_what_is_not_there_says_so_and_deleting_twice_does_not() -> None:
    async with rooms_of(MemoryStore()) as rooms:
        with pytest.raises(NotFound):
            await rooms.delete(ME, "d")
        await written(rooms, "a")
        await rooms.delete(ME, "d")
        await rooms.delete(ME, "d")


async def test_while_the_store_does_not_take_it_the_document_stays() -> None:
    store = FaultyStore(lambda number: "refused" if number == 2 else None)
    async with rooms_of(store) as rooms:
        link = await written(rooms, "a")
        with pytest.raises(StoreUnavailable):
            await rooms.delete(ME, "d")
        assert link.closed is None
        await rooms.delete(ME, "d")
        await until(lambda: isinstance(link.closed, Deleted))


@pytest.mark.parametrize("is_told", [True, False])
async def test_another_relay_hears_of_it_by_the_bus_or_sees_it_in_the_store(is_told: bool) -> None:
    bus = MemoryBus() if is_told else MemoryBus(lambda call: None)
    limits = Limits(watch_seconds=1000 if is_told else 0.02)
    store = MemoryStore(is_shared=True)
    async with (
        rooms_of(store, limits, bus=bus.seat("one")) as one,
        rooms_of(store, limits, bus=bus.seat("other")) as other,
    ):
        await written(one, "a")
        elsewhere = await written(other, "b")
        await one.delete(ME, "d")
        await until(lambda: isinstance(elsewhere.closed, Deleted))
        with pytest.raises(Deleted):
            await Link(other, elsewhere.peer).open()


async def test_who_edits_at_another_relay_that_heard_nothing_is_told_then() -> None:
    store = MemoryStore(is_shared=True)
    limits = Limits(watch_seconds=1000)
    async with rooms_of(store, limits) as one, rooms_of(store, limits) as other:
        await written(one, "a")
        elsewhere = await written(other, "b")
        await one.delete(ME, "d")
        elsewhere.peer.text.insert(0, "late ")
        await until(lambda: isinstance(elsewhere.closed, Deleted))


async def test_nothing_of_it_is_left_in_any_file(tmp_path: Path) -> None:
    canary = "a sentence that nobody is to find again"
    store = SqliteStore(tmp_path / "documents.sqlite")
    async with rooms_of(store) as rooms:
        link = await written(rooms, canary)
        await rooms._journal.compact_now(plan(store, Due("d", 1, canary.encode(), 0.0), 0))
        for _ in range(50):
            link.peer.text.insert(0, canary)
        await until(lambda: link.peer.is_saved)
        assert is_in_a_file(tmp_path, canary)
        await rooms.delete(ME, "d")
        assert not is_in_a_file(tmp_path, canary)

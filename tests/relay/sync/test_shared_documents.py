"""Two relays over one store, in one process: what each learns of the other, and how."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from relay.sync.bus import MemoryBus
from relay.sync.compaction import SNAPSHOT_RECORDS
from relay.sync.errors import EpochDiffers, NotSaved
from relay.sync.lib0 import block_bytes, number_bytes
from relay.sync.limits import Limits
from relay.sync.memory_store import MemoryStore
from relay.sync.messages import awareness
from relay.sync.rooms import Rooms
from tests.relay.sync.link import Link, rooms_of, until
from tests.relay.sync.peer import Peer

pytestmark = pytest.mark.anyio

QUICK = Limits(watch_seconds=0.02)
NEVER = Limits(watch_seconds=1000)


@asynccontextmanager
async def two_relays(
    bus: MemoryBus | None = None, limits: Limits = NEVER, store: MemoryStore | None = None
) -> AsyncIterator[tuple[Rooms, Rooms]]:
    bus, store = bus or MemoryBus(), store or MemoryStore(is_shared=True)
    async with (
        rooms_of(store, limits, bus=bus.seat("one")) as one,
        rooms_of(store, limits, bus=bus.seat("other")) as other,
    ):
        yield one, other


class Audience(Peer):
    """Knows who is there, by their awareness."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[bytes] = []

    def receive(self, frame: bytes) -> None:
        if frame[0] == 1:
            self.heard.append(frame)
        super().receive(frame)


def presence(number: int, clock: int, state: bytes) -> bytes:
    return awareness(
        number_bytes(1) + number_bytes(number) + number_bytes(clock) + block_bytes(state)
    )


def lose(call: Callable[[], None]) -> None:
    """A bus that tells nothing."""


async def test_two_who_are_at_different_relays_edit_one_document() -> None:
    async with two_relays() as (one, other):
        here, there = Peer(), Peer()
        await Link(one, here).open()
        await Link(other, there).open()
        here.text.insert(0, "hello")
        await until(lambda: str(there) == "hello" and here.is_saved)
        there.text.insert(5, " world")
        await until(lambda: str(here) == "hello world" and there.is_saved)


async def test_both_may_write_at_once_and_nobody_is_closed() -> None:
    store = MemoryStore(is_shared=True)
    async with two_relays(store=store) as (one, other):
        peers = [Peer() for _ in range(4)]
        links = [
            await Link(rooms, peer).open("same")
            for rooms, peer in zip([one, other] * 2, peers, strict=True)
        ]
        for number in range(50):
            for peer in peers:
                peer.text.insert(0, f"{number} ")
            await until(lambda: all(peer.is_saved for peer in peers))
        await until(lambda: len({str(peer) for peer in peers}) == 1)
        assert sorted(str(peers[0]).split()) == sorted(str(n) for n in range(50) for _ in range(4))
        assert [link.closed for link in links] == [None] * 4
    assert store.heads(["d"]) == {"d": 200}


async def test_what_nobody_tells_is_read_from_the_log() -> None:
    async with two_relays(MemoryBus(lose), QUICK) as (one, other):
        here, there = Peer(), Peer()
        await Link(one, here).open()
        await Link(other, there).open()
        here.text.insert(0, "hello")
        await until(lambda: str(there) == "hello")
        there.text.insert(5, " world")
        await until(lambda: str(here) == "hello world")


async def test_a_relay_that_missed_what_the_log_has_dropped_reads_the_snapshot() -> None:
    calls: list[Callable[[], None]] = []
    store = MemoryStore(is_shared=True)
    async with two_relays(MemoryBus(calls.append), store=store) as (one, other):
        here, there = Peer(), Peer()
        await Link(one, here).open("same")
        link = await Link(other, there).open("same")
        for _ in range(2):
            for _ in range(SNAPSHOT_RECORDS):
                here.text.insert(0, "x")
            await until(lambda: here.is_saved)
        await until(lambda: len(store.outline("d").points) == 2)
        assert str(there) == ""
        for call in calls[-2:]:  # of the last edit, and of the snapshot
            call()
        await until(lambda: str(there) == "x" * 2 * SNAPSHOT_RECORDS)
        assert link.closed is None


async def test_a_large_edit_crosses_too() -> None:
    async with two_relays() as (one, other):
        here, there = Peer(), Peer()
        await Link(one, here).open()
        await Link(other, there).open()
        here.text.insert(0, "x" * 200_000)
        await until(lambda: len(str(there)) == 200_000)


async def test_people_are_seen_across_relays_until_they_leave() -> None:
    async with two_relays() as (one, other):
        here, there = Audience(), Audience()
        first = await Link(one, here).open()
        await first.send(presence(7, 1, b'"here"'))
        await Link(other, there).open()
        await until(lambda: presence(7, 1, b'"here"') in there.heard)
        await first.close()
        await until(lambda: presence(7, 1, b"null") in there.heard)


async def test_people_vanish_with_their_relay() -> None:
    bus, store = MemoryBus(), MemoryStore(is_shared=True)
    async with rooms_of(store, NEVER, bus=bus.seat("one")) as one:
        here = Audience()
        await Link(one, here).open()
        async with rooms_of(store, NEVER, bus=bus.seat("other")) as other:
            link = await Link(other, Peer()).open()
            await link.send(presence(9, 3, b'"there"'))
            await until(lambda: presence(9, 3, b'"there"') in here.heard)
            bus.rise("other")  # it dies: nobody says goodbye
            await until(lambda: presence(9, 3, b"null") in here.heard)
            bus.sit("other", other)


async def test_somebody_who_comes_over_from_the_other_relay_is_not_sent_away() -> None:
    async with two_relays() as (one, other):
        audience = Audience()
        await Link(one, audience).open()
        there = await Link(other, Peer()).open()
        await there.send(presence(9, 3, b'"there"'))
        await until(lambda: presence(9, 3, b'"there"') in audience.heard)
        here = await Link(one, Peer()).open()
        await here.send(presence(9, 4, b'"here"'))
        await there.close()
        await until(lambda: presence(9, 4, b'"here"') in audience.heard)
        assert presence(9, 3, b"null") not in audience.heard


async def test_of_two_who_begin_a_document_at_different_relays_one_is_told() -> None:
    store = MemoryStore(is_shared=True)
    async with two_relays(store=store) as (one, other):
        here, there = Peer(), Peer()
        await Link(one, here).open("mine")
        link = await Link(other, there).open("yours")
        await until(lambda: here.is_saved and there.is_saved)
        here.text.insert(0, "mine")
        await until(lambda: here.is_saved)
        there.text.insert(0, "yours")
        await until(lambda: isinstance(link.closed, NotSaved))
        await until(lambda: other._rooms["d"].epoch == "mine")
        with pytest.raises(EpochDiffers):
            await Link(other, there).open("yours")
        assert str(here) == "mine"


async def test_an_edit_on_its_way_when_its_client_was_closed_is_not_mixed_in() -> None:
    async with two_relays() as (one, _):
        writer = Peer()
        link = await Link(one, writer).open("mine")
        await until(lambda: writer.is_saved)
        room = one._rooms["d"]
        async with room.turn:
            writer.text.insert(0, "yours")
            (frame,) = writer.take()
            sending = asyncio.create_task(link.send(frame))
            await asyncio.sleep(0)
            link.client.close(NotSaved("begun elsewhere"))
        with pytest.raises(NotSaved):
            await sending
        assert room.saved_sequence == 0


async def test_two_who_begin_the_same_document_at_once_are_merged() -> None:
    async with two_relays() as (one, other):
        here, there = Peer(), Peer()
        here.text.insert(0, "here ")
        there.text.insert(0, "there ")
        await Link(one, here).open("same")
        await Link(other, there).open("same")
        await until(lambda: here.is_saved and there.is_saved)
        await until(lambda: str(here) == str(there))
        assert sorted(str(here).split()) == ["here", "there"]


async def test_a_note_of_another_document_of_that_id_is_not_believed() -> None:
    calls: list[Callable[[], None]] = []
    bus = MemoryBus(calls.append)
    stores = [MemoryStore(is_shared=True) for _ in range(2)]
    async with (
        rooms_of(stores[0], NEVER, bus=bus.seat("one")) as one,
        rooms_of(stores[1], NEVER, bus=bus.seat("other")) as other,
    ):
        here, there = Peer(), Peer()
        await Link(one, here).open("mine")
        await Link(other, there).open("yours")
        here.text.insert(0, "mine")
        there.text.insert(0, "yours")
        await until(lambda: here.is_saved and there.is_saved)
        for call in calls:
            call()
        here.text.insert(4, "!")
        there.text.insert(5, "!")
        await until(lambda: here.is_saved and there.is_saved)
        assert (str(here), str(there)) == ("mine!", "yours!")

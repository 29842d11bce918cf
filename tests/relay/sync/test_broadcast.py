"""Who is shown what is written, in how many messages."""

import pytest

from relay.sync.memory_store import MemoryStore
from relay.sync.rooms import Rooms
from tests.relay.sync.link import Link, rooms_of, until
from tests.relay.sync.peer import Peer

pytestmark = pytest.mark.anyio


class Reader(Peer):
    """Counts the messages that tell it something."""

    def __init__(self) -> None:
        super().__init__()
        self.told = 0

    def receive(self, frame: bytes) -> None:
        before = self.clocks
        super().receive(frame)
        self.told += self.clocks != before


async def joined(rooms: Rooms, *peers: Peer) -> None:
    for peer in peers:
        await Link(rooms, peer).open()
    await until(lambda: all(peer.is_saved for peer in peers))


async def test_many_edits_at_once_are_few_messages_in_their_order() -> None:
    async with rooms_of(MemoryStore()) as rooms:
        one, other, reader = Peer(), Peer(), Reader()
        await joined(rooms, one, other, reader)
        for number in range(100):
            for author, word in ((one, 2 * number), (other, 2 * number + 1)):
                author.text.insert(len(author.text), f"{word} ")
            await until(lambda: one.is_saved and other.is_saved)
        await until(lambda: len(str(reader).split()) == 200)
        assert sorted(map(int, str(reader).split())) == list(range(200))
        assert reader.told < 100


async def test_the_first_edit_after_a_pause_is_shown_with_its_receipt() -> None:
    async with rooms_of(MemoryStore()) as rooms:
        one, reader = Peer(), Reader()
        await joined(rooms, one, reader)
        one.text.insert(0, "hello")
        await until(lambda: one.is_saved)
        await until(lambda: str(reader) == "hello")
        assert reader.told == 1


async def test_who_wrote_all_of_it_is_not_told_of_it() -> None:
    async with rooms_of(MemoryStore()) as rooms:
        one, reader = Reader(), Reader()
        await joined(rooms, one, reader)
        for number in range(50):
            one.text.insert(0, f"{number} ")
        await until(lambda: str(reader) == str(one))
        assert (one.told, reader.told > 0) == (0, True)


async def test_who_comes_while_something_waits_has_it_once() -> None:
    async with rooms_of(MemoryStore()) as rooms:
        one, reader = Peer(), Peer()
        await joined(rooms, one)
        for number in range(20):
            one.text.insert(len(one.text), f"{number} ")
        await until(lambda: one.is_saved)
        await Link(rooms, reader).open()
        await until(lambda: str(reader) == str(one))

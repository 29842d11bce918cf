"""One document, many clients: who is shown what, and when."""

import pytest
from pycrdt import Doc, Text

from relay.auth.actor import Actor
from relay.auth.one_person import OnePerson
from relay.auth.roles import Verb
from relay.sync.client import Client
from relay.sync.errors import Malformed, NotPermitted, NotSaved, TooSlow
from relay.sync.lib0 import block_bytes, number_bytes
from relay.sync.limits import Limits
from relay.sync.memory_store import MemoryStore
from relay.sync.messages import RECEIPT, answer, awareness, news, read_message, state_request
from tests.relay.sync.faulty_store import FaultyStore
from tests.relay.sync.hostile import nested_types
from tests.relay.sync.link import ME, Link, connected_until_saved, rooms_of, until
from tests.relay.sync.peer import Peer

pytestmark = pytest.mark.anyio


async def test_what_one_types_the_other_sees_and_both_know_it_is_saved() -> None:
    store = MemoryStore()
    async with rooms_of(store) as rooms:
        one, other = Peer(), Peer()
        for peer in (one, other):
            await Link(rooms, peer).open()
        one.text.insert(0, "hello")
        await until(lambda: str(other) == "hello" and one.is_saved)
        other.text.insert(5, " world")
        await until(lambda: str(one) == "hello world" and other.is_saved)
    stored = store.load("d")
    assert stored is not None
    assert [record.sequence for record in stored.records] == [1, 2]


async def test_nobody_sees_an_edit_before_it_is_written() -> None:
    store = FaultyStore(lambda write: "hangs")
    async with rooms_of(store) as rooms:
        one, other = Peer(), Peer()
        await Link(rooms, one).open()
        one.text.insert(0, "hello")
        await until(lambda: store.writes == 1)
        link = await Link(rooms, other).open()
        await link.send(state_request(b"\0"))
        assert (str(other), one.is_saved) == ("", False)
        store.release()
        await until(lambda: str(other) == "hello" and one.is_saved)


async def test_a_deletion_has_its_receipt_too() -> None:
    async with rooms_of(MemoryStore()) as rooms:
        one, other = Peer(), Peer()
        for peer in (one, other):
            await Link(rooms, peer).open()
        one.text.insert(0, "hello")
        await until(lambda: one.is_saved)
        del one.text[0:4]
        assert not one.is_saved
        await until(lambda: one.is_saved and str(other) == "o")


async def test_what_was_written_offline_arrives_on_return_and_is_written_once() -> None:
    store = MemoryStore()
    async with rooms_of(store) as rooms:
        peer = Peer()
        link = await Link(rooms, peer).open()
        peer.text.insert(0, "a")
        await until(lambda: peer.is_saved)
        await link.close()
        peer.text.insert(1, "b")
        for _ in range(3):
            link = await Link(rooms, peer).open()
            await until(lambda: peer.is_saved)
            await link.close()
    stored = store.load("d")
    assert stored is not None
    assert len(stored.records) == 2


async def test_an_edit_that_comes_before_what_it_builds_on_is_asked_for_again() -> None:
    async with rooms_of(MemoryStore()) as rooms:
        author, peer = Peer(), Peer()
        author.text.insert(0, "a")
        await Link(rooms, peer).open()
        await until(lambda: peer.is_saved)
        peer.doc.apply_update(author.doc.get_update())  # from another tab, not from the relay
        peer.outgoing.clear()
        peer.unsaved -= 1
        peer.text.insert(1, "b")
        await until(lambda: peer.is_saved)
        reader = Peer()
        await Link(rooms, reader).open()
        await until(lambda: str(reader) == "ab")


async def test_a_client_that_does_not_read_is_closed_and_the_others_do_not_notice() -> None:
    limits = Limits(max_outbox_bytes=100_000)
    async with rooms_of(MemoryStore(), limits) as rooms:
        writer, reader = Peer(), Peer()
        await Link(rooms, writer).open()
        await Link(rooms, reader).open()
        slow = Client(ME, limits.max_outbox_bytes)
        await rooms.join("d", None, slow)
        for _ in range(30):
            writer.text.insert(0, "x" * 10_000)
            await until(lambda: writer.is_saved)
        await until(lambda: len(str(reader)) == 300_000)
        assert isinstance(await slow.closing(), TooSlow)


async def test_a_document_above_the_bound_is_sent_and_what_follows_it_too() -> None:
    limits = Limits(max_outbox_bytes=10_000)
    async with rooms_of(MemoryStore(), limits) as rooms:
        writer = Peer()
        await Link(rooms, writer).open()
        writer.text.insert(0, "x" * 100_000)
        await until(lambda: writer.is_saved)
        slow = Client(ME, limits.max_outbox_bytes)
        room = await rooms.join("d", None, slow)
        slow.sent(await slow.next())
        await room.receive(slow, read_message(state_request(b"\0")))
        await room.receive(slow, read_message(answer(b"\0\0")))
        assert len(await slow.next()) > 100_000
        assert await slow.next() == RECEIPT


@pytest.mark.parametrize("frame", [b"\x07", b"\x00\x09\x00", b"\x00\x02\x05\x00", b"", b"\x00"])
async def test_what_is_no_message_is_refused(frame: bytes) -> None:
    async with rooms_of(MemoryStore()) as rooms:
        link = await Link(rooms, Peer()).open()
        with pytest.raises(Malformed):
            await link.send(frame)


async def test_a_hostile_update_changes_nothing_for_the_others() -> None:
    async with rooms_of(MemoryStore()) as rooms:
        peer = Peer()
        await Link(rooms, peer).open()
        link = await Link(rooms, Peer()).open()
        with pytest.raises(Malformed):
            await link.send(news(nested_types(100_000)))
        peer.text.insert(0, "alive")
        await until(lambda: peer.is_saved)


async def test_when_the_store_fails_the_author_is_told_and_a_reader_reads_on() -> None:
    store = FaultyStore(lambda write: "refused" if write == 2 else None)
    async with rooms_of(store) as rooms:
        author, reader = Peer(), Peer()
        reading = await Link(rooms, reader).open()
        link = await Link(rooms, author).open()
        author.text.insert(0, "a")
        await until(lambda: str(reader) == "a")
        author.text.insert(1, "b")
        await until(lambda: isinstance(link.closed, NotSaved))
        assert (str(reader), reading.closed) == ("a", None)
        await connected_until_saved(rooms, author)
        await until(lambda: str(reader) == "ab")


async def test_an_edit_that_was_written_although_the_store_failed_is_shown_once() -> None:
    store = FaultyStore(lambda write: "written" if write == 1 else None)
    async with rooms_of(store) as rooms:
        author, reader = Peer(), Peer()
        await Link(rooms, reader).open()
        link = await Link(rooms, author).open()
        author.text.insert(0, "a")
        await until(lambda: isinstance(link.closed, NotSaved))
        await until(lambda: str(reader) == "a")
        await connected_until_saved(rooms, author)
        assert store.writes == 1


async def test_a_store_that_hangs_is_reported_within_two_seconds() -> None:
    store = FaultyStore(lambda write: "hangs" if write == 1 else None)
    async with rooms_of(store) as rooms:
        author, reader = Peer(), Peer()
        await Link(rooms, reader).open()
        link = await Link(rooms, author).open()
        author.text.insert(0, "a")
        await until(lambda: isinstance(link.closed, NotSaved))
        store.release()
        await until(lambda: str(reader) == "a")


async def test_a_store_that_cannot_be_read_is_tried_again() -> None:
    store = FaultyStore(lambda write: "refused" if write == 1 else None)
    async with rooms_of(store) as rooms:
        author = Peer()
        link = await Link(rooms, author).open()
        store.unreadable = True
        author.text.insert(0, "a")
        await until(lambda: isinstance(link.closed, NotSaved))
        refused = await Link(rooms, author).open()
        await until(lambda: isinstance(refused.closed, NotSaved))
        store.unreadable = False
        await connected_until_saved(rooms, author)


async def test_who_may_is_asked_for_every_message() -> None:
    class Revocable(OnePerson):
        may_write = True

        def allows(self, actor: Actor, verb: Verb, document_id: str) -> bool:
            return verb == "read" or self.may_write

    revocable = Revocable()
    async with rooms_of(MemoryStore(), access=revocable) as rooms:
        peer = Peer()
        link = await Link(rooms, peer).open()
        peer.text.insert(0, "a")
        await until(lambda: peer.is_saved)
        revocable.may_write = False
        peer.text.insert(1, "b")
        await until(lambda: isinstance(link.closed, NotPermitted))
        with pytest.raises(NotPermitted):
            await rooms.stored.reopen(ME, "d")


async def test_receipts_come_in_the_order_of_the_edits() -> None:
    async with rooms_of(MemoryStore()) as rooms:
        client = Client(ME, 10_000)
        room = await rooms.join("d", None, client)
        doc = Doc()
        sent: list[bytes] = []
        subscription = doc.observe(lambda event: sent.append(event.update))
        text = doc.get("text", type=Text)
        for _ in range(3):
            text.insert(0, "x")
        for update in (sent[2], sent[0], sent[1]):  # the first comes too early
            await room.receive(client, read_message(news(update)))
        received = [await client.next() for _ in range(2)]
        assert received == [state_request(b"\0"), state_request(b"\0")]
        await room.receive(client, read_message(answer(doc.get_update())))
        assert [await client.next() for _ in range(4)] == [RECEIPT] * 4
        del subscription


def _state(number: int, clock: int, json: bytes) -> bytes:
    return awareness(b"\x01" + number_bytes(number) + number_bytes(clock) + block_bytes(json))


MINE = b'"user":{"id":"me","name":"Me","color":"#000000"}}'


@pytest.mark.parametrize("user", [b'{"id":"ada"}', b"null", b'"Ada"', b'{"id":"a"},"user":{}'])
async def test_whoever_is_there_is_stamped_by_the_relay(user: bytes) -> None:
    async with rooms_of(MemoryStore()) as rooms:
        link = await Link(rooms, Peer()).open()
        watcher = Client(ME, 10_000)
        room = await rooms.join("d", None, watcher)
        await watcher.next()
        await link.send(_state(7, 1, b'{"user":' + user + b"}"))
        assert await watcher.next() == _state(7, 1, b"{" + MINE)
        rooms.leave(room, watcher)


async def test_presence_is_bound_to_the_connection_it_came_by() -> None:
    async with rooms_of(MemoryStore()) as rooms:
        one, other = await Link(rooms, Peer()).open(), await Link(rooms, Peer()).open()
        watcher = Client(ME, 10_000)
        room = await rooms.join("d", None, watcher)
        await watcher.next()
        await one.send(_state(7, 1, b'{"name":"one"}'))
        await other.send(_state(7, 2, b'{"name":"forged"}'))
        await other.send(_state(8, 1, b'{"name":"other"}'))
        assert await watcher.next() == _state(7, 1, b'{"name":"one",' + MINE)
        assert await watcher.next() == _state(8, 1, b'{"name":"other",' + MINE)
        await one.close()
        assert await watcher.next() == _state(7, 1, b"null")
        rooms.leave(room, watcher)


@pytest.mark.parametrize(
    "states", [b"\x01\x07\x01\x01{", b"\xff", b"\x01\x07\x01" + block_bytes(b"[" * 9999)]
)
async def test_presence_that_is_not_json_is_refused(states: bytes) -> None:
    async with rooms_of(MemoryStore()) as rooms:
        link = await Link(rooms, Peer()).open()
        with pytest.raises(Malformed):
            await link.send(awareness(states))

"""A document that is larger than a frame: it comes in several, and is whole at the end."""

import random
from typing import Any

import pytest
from pycrdt import Array, Doc, Map, Text

from relay.sync.lib0 import Reader
from relay.sync.limits import Limits
from relay.sync.memory_store import MemoryStore
from relay.sync.replica import Replica
from relay.sync.splitting import split
from relay.sync.store import Append
from tests.relay.sync.link import Link, rooms_of, until
from tests.relay.sync.peer import Peer

pytestmark = pytest.mark.anyio

SMALL = 2000


def document(seed: int) -> "Doc[Any]":
    """Two writers' texts, values, maps and deletions."""
    chance = random.Random(seed)
    one: Doc[Any] = Doc(client_id=1)
    two: Doc[Any] = Doc(client_id=2)
    for round_ in range(20):
        for doc in (one, two):
            text = doc.get("text", type=Text)
            values = doc.get("values", type=Array)
            fields = doc.get("fields", type=Map)
            # At the front: in other than ASCII the codec's own positions are not to be relied on.
            text.insert(0, chance.choice("a\u00e9\u4e16\U0001f600") * 90)
            values.extend([chance.random(), {"n": [round_] * chance.randint(0, 9)}])
            fields[str(chance.randint(0, 5))] = Map({"nested": Text("x" * chance.randint(1, 200))})
            if round_ % 3 == 2:
                del values[0]
                del fields[next(iter(fields.keys()))]
        one.apply_update(two.get_update(one.get_state()))
        two.apply_update(one.get_update(two.get_state()))
    return one


def content(doc: "Doc[Any]") -> tuple[str, Any, Any]:
    fields = doc.get("fields", type=Map)
    return (
        str(doc.get("text", type=Text)),
        doc.get("values", type=Array).to_py(),
        {key: str(fields[key]["nested"]) for key in sorted(fields.keys())},
    )


@pytest.mark.parametrize("seed", range(10))
def test_each_part_builds_on_those_before_it_and_all_make_the_same_document(seed: int) -> None:
    doc = document(seed)
    parts = split(doc.get_update(), SMALL)
    assert len(parts) > 3
    assert max(map(len, parts)) <= SMALL
    replica, again = Replica(), Doc[Any]()
    for part in parts:
        assert replica.offer(part).complete
        again.apply_update(part)
    assert (content(again), again.get_state()) == (content(doc), doc.get_state())


@pytest.mark.timeout(20)
def test_clients_who_edit_beside_each_other_in_turns_are_put_in_order() -> None:
    """Each waits for another one, and that one for the first, all along the document."""
    docs: list[Doc[Any]] = [Doc(client_id=number) for number in (1, 2, 3)]
    for round_ in range(60):
        doc = docs[round_ % 3]
        text = doc.get("text", type=Text)
        text.insert(len(text) // 3, f"round {round_} " * (1 + round_ % 7))
        for other in docs:
            other.apply_update(doc.get_update(other.get_state()))
    parts = split(docs[0].get_update(), 1000)
    replica = Replica()
    assert all(replica.offer(part).complete for part in parts)


@pytest.mark.parametrize("character", ["a", "\u00e9", "\u4e16", "\U0001f600"])
def test_one_long_text_is_cut_between_characters(character: str) -> None:
    doc: Doc[Any] = Doc()
    doc.get("text", type=Text).insert(0, "begin" + character * 5000)
    parts = split(doc.get_update(), SMALL)
    assert max(map(len, parts)) <= SMALL
    again: Doc[Any] = Doc()
    for part in parts:
        again.apply_update(part)
    assert str(again.get("text", type=Text)) == "begin" + character * 5000
    again.get("text", type=Text).insert(0, "before")
    doc.apply_update(again.get_update(doc.get_state()))
    assert str(doc.get("text", type=Text)) == str(again.get("text", type=Text))


def test_many_values_in_a_row_are_cut_between_them() -> None:
    doc: Doc[Any] = Doc()
    doc.get("values", type=Array).extend([{"n": number, "of": "x" * 100} for number in range(100)])
    parts = split(doc.get_update(), SMALL)
    assert max(map(len, parts)) <= SMALL
    again: Doc[Any] = Doc()
    for part in parts:
        again.apply_update(part)
    assert again.get("values", type=Array).to_py() == doc.get("values", type=Array).to_py()


def test_a_value_that_is_larger_alone_stays_whole() -> None:
    doc: Doc[Any] = Doc()
    doc.get("values", type=Array).extend(["x" * 100, "y" * 3 * SMALL, "z" * 100])
    again: Doc[Any] = Doc()
    for part in split(doc.get_update(), SMALL):
        again.apply_update(part)
    assert again.get("values", type=Array).to_py() == doc.get("values", type=Array).to_py()


class Measuring(Peer):
    """Remembers the frames that bring edits, and which of them was step 2."""

    def __init__(self) -> None:
        super().__init__()
        self.frames: list[tuple[int, int]] = []

    def receive(self, frame: bytes) -> None:
        reader = Reader(frame)
        if reader.byte() == 0 and (step := reader.byte()) != 0:
            self.frames.append((step, len(frame)))
        super().receive(frame)


async def test_who_joins_a_document_larger_than_a_frame_gets_all_of_it_and_step_2_last() -> None:
    limits = Limits(max_message_bytes=64 * 1024, max_outbox_bytes=64 * 1024)
    store = MemoryStore()
    async with rooms_of(store, limits) as rooms:
        writer = Peer()
        link = await Link(rooms, writer).open()
        for number in range(20):
            writer.text.insert(len(str(writer.text)), f"{number:05}" * 4000)
            await until(lambda: writer.is_saved)
        reader = Measuring()
        joined = await Link(rooms, reader).open()
        await until(lambda: str(reader) == str(writer))
        steps = [step for step, _ in reader.frames]
        assert len(steps) > 5
        assert steps[: steps.index(1)] == [2] * (len(steps[: steps.index(1)]))
        assert max(size for _, size in reader.frames) <= limits.max_message_bytes
        assert (link.closed, joined.closed) == (None, None)


async def test_what_another_relay_wrote_at_once_is_shown_in_frames_too() -> None:
    limits = Limits(max_message_bytes=64 * 1024, watch_seconds=0.02)
    store = MemoryStore(is_shared=True)
    async with rooms_of(store, limits) as rooms:
        reader = Measuring()
        await Link(rooms, reader).open("e")
        doc: Doc[Any] = Doc()
        doc.get("text", type=Text).insert(0, "x" * 400_000)
        store.append([Append("d", "e", doc.get_update(), "ada", 0.0, begins=True)])
        await until(lambda: len(str(reader)) == 400_000)
        assert max(size for _, size in reader.frames) <= limits.max_message_bytes

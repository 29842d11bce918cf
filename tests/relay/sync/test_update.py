"""The frame guard: every honest update passes whole, no hostile one reaches the codec."""

import random
import subprocess
import sys

import pytest
from pycrdt import Doc

from relay.sync.errors import Malformed
from relay.sync.lib0 import Reader, block_bytes, number_bytes
from relay.sync.places import Places
from relay.sync.replica import Replica
from relay.sync.update import examine
from relay.sync.update_walk import MAX_DEPTH
from tests.relay.sync.hostile import (
    ARRAY_OPENING,
    MAP_TYPE,
    OBJECT_OPENING,
    after,
    honest_updates,
    in_root,
    in_type,
    nested_json,
    nested_types,
    nested_values,
    update,
)

TOO_DEEP = {
    "arrays": nested_values(MAX_DEPTH + 1, ARRAY_OPENING),
    "arrays that overflow the codec": nested_values(500_000, ARRAY_OPENING),
    "objects": nested_values(200_000, OBJECT_OPENING),
    "json": nested_json(MAX_DEPTH + 1),
    "types": nested_types(MAX_DEPTH + 1),
    "types that overflow the codec": nested_types(200_000),
}
MALFORMED = {
    "nothing": b"",
    "a number without end": b"\xff" * 20,
    "a length behind the end": update(in_root(4, b"\xff\xff\x7fx")),
    "a length of 2**52": update(in_root(3, number_bytes(2**52))),
    "more structs than there are": number_bytes(1) + number_bytes(2**40) + b"\x01\x00",
    "a clock of 33 bits": update(b"\x00" + number_bytes(2**32)),
    "clocks that overflow": update(b"\x00\x01", clock=2**31 - 1),
    "deletions that overflow": b"\x00\x01\x01\x01" + number_bytes(2**31 - 1) + b"\x01",
    "an empty item": update(in_root(4, block_bytes(b""))),
    "text that is not UTF-8": update(in_root(4, block_bytes(b"\xff"))),
    "content of no type": update(in_root(11, b"")),
    "a type of no kind": update(in_root(7, b"\x09")),
    "a value of no kind": update(in_root(8, b"\x01\x01")),
    "bytes behind the end": b"\x00\x00\x00",
}


@pytest.mark.parametrize("seed", range(20))
def test_every_honest_update_passes_and_makes_the_same_document(seed: int) -> None:
    *updates, one, other = honest_updates(seed)
    replica = Replica()
    for piece in [*updates, one, other]:
        offered = replica.offer(piece)
        assert offered.complete
        if offered.new is not None:
            replica.keep()
    whole: Doc[object] = Doc()
    whole.apply_update(one)
    whole.apply_update(other)
    assert clocks_of(replica.state_vector()) == clocks_of(whole.get_state())
    assert replica.offer(whole.get_update()).new is None


def clocks_of(state_vector: bytes) -> dict[int, int]:
    reader = Reader(state_vector)
    return {reader.number(): reader.number() for _ in range(reader.number())}


@pytest.mark.parametrize("name", TOO_DEEP)
def test_what_is_nested_too_deep_is_refused(name: str) -> None:
    with pytest.raises(Malformed, match="nested deeper"):
        examine(TOO_DEEP[name], Places())


@pytest.mark.parametrize(
    "deep",
    [
        nested_values(MAX_DEPTH - 1, ARRAY_OPENING),
        nested_values(MAX_DEPTH - 1, OBJECT_OPENING),
        nested_json(MAX_DEPTH),
        nested_types(MAX_DEPTH),
    ],
)
def test_what_is_nested_just_so_deep_is_taken(deep: bytes) -> None:
    assert Replica().offer(deep).new is not None


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_no_update_is_refused(name: str) -> None:
    with pytest.raises(Malformed):
        examine(MALFORMED[name], Places())


@pytest.mark.parametrize("seed", range(5))
def test_an_update_cut_anywhere_is_refused(seed: int) -> None:
    whole = honest_updates(seed)[-1]
    for length in range(len(whole)):
        with pytest.raises(Malformed):
            examine(whole[:length], Places())


def test_too_many_elements_are_refused() -> None:
    many = update(in_root(8, number_bytes(2_000) + b"\x7e" * 2_000))
    with pytest.raises(Malformed, match="more elements"):
        examine(many, Places(), max_elements=1_000)


def test_depth_counts_over_many_messages_and_clients() -> None:
    places = Places()
    examine(update(in_root(7, MAP_TYPE), client=1), places)
    for client in range(2, MAX_DEPTH + 1):
        examine(update(in_type((client - 1, 0), 7, MAP_TYPE), client=client), places)
    too_deep = update(in_type((MAX_DEPTH, 0), 7, MAP_TYPE), client=999)
    with pytest.raises(Malformed, match="nested deeper"):
        examine(too_deep, places)
    with pytest.raises(Malformed, match="nested deeper"):  # a refusal leaves nothing behind
        examine(too_deep, places)


def test_a_neighbour_is_as_deep_as_the_one_it_stands_beside() -> None:
    places = Places()
    examine(nested_types(MAX_DEPTH), places)
    beside = update(after((1, MAX_DEPTH - 1), 7, MAP_TYPE), client=2)
    assert examine(beside, places).complete
    with pytest.raises(Malformed, match="nested deeper"):
        examine(update(in_type((2, 0), 7, MAP_TYPE), client=3), places)


def test_structs_may_come_in_any_order_of_clients() -> None:
    count = 40
    sections = [
        number_bytes(1) + number_bytes(client) + b"\0" + in_type((client - 1, 0), 7, MAP_TYPE)
        for client in range(2, count + 1)
    ]
    sections.append(number_bytes(1) + number_bytes(1) + b"\0" + in_root(7, MAP_TYPE))
    for seed in range(5):
        random.Random(seed).shuffle(sections)
        together = number_bytes(count) + b"".join(sections) + b"\0"
        assert Replica().offer(together).complete


def test_of_an_update_with_a_hole_the_rest_is_taken() -> None:
    replica = Replica()
    text = in_root(4, block_bytes(b"abc"))
    hole = b"\x0a\x02"  # two clocks that the sender lacks as well
    late = after((1, 4), 4, block_bytes(b"def"))
    offered = replica.offer(update(text, hole, late, deleted=b"\x01\x01\x01\x02\x03"))
    replica.keep()
    assert not offered.complete
    assert replica.state_vector() == b"\x01\x01\x03"
    missing = after((1, 2), 4, block_bytes(b"xy"))
    assert replica.offer(update(missing, late, clock=3)).complete


@pytest.mark.parametrize("seed", range(4))
def test_damaged_updates_do_not_end_the_process(seed: int) -> None:
    """80,000 in all; in a process of their own, since they might."""
    command = [sys.executable, "-m", "tests.relay.sync.fuzz", str(seed), "20000"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    refused, count = map(int, ended.stdout.split())
    assert (count, refused > count // 2) == (20_000, True)

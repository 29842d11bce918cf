"""What compaction leaves of a document's past."""

import pytest
from pycrdt import Doc, Text

from relay.sync.compaction import Due, plan
from relay.sync.history import history
from relay.sync.memory_store import MemoryStore
from relay.sync.past import states_at
from relay.sync.store import Append
from wasm_runtime.contracts.relay_api import HistoryEntry

HOUR = 3600.0
NO_LIMIT = 2**40


class Writing:
    """A document in a store, a letter with each edit."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.doc: Doc[object] = Doc()
        self.text = self.doc.get("text", type=Text)

    def edit(self, letter: str, author: str, written_at: float) -> int:
        before = self.doc.get_state()
        self.text += letter
        update = self.doc.get_update(before)
        append = Append("d", "e", update, author, written_at, begins=True)
        return self.store.append([append])[0]

    def compact(
        self, now: float, named: frozenset[int] = frozenset(), max_bytes: int = NO_LIMIT
    ) -> None:
        sequence = self.store.heads(["d"])["d"]
        due = Due("d", sequence, self.doc.get_update(), now, named)
        self.store.compact(plan(self.store, due, max_bytes))

    def text_at(self, sequence: int) -> str | None:
        state = states_at(self.store, "d", [sequence]).get(sequence)
        if state is None:
            return None
        doc: Doc[object] = Doc()
        doc.apply_update(state)
        return str(doc.get("text", type=Text))

    @property
    def entries(self) -> list[HistoryEntry]:
        return history(self.store.outline("d")).entries


@pytest.fixture
def writing() -> Writing:
    return Writing()


def test_every_edit_since_the_older_snapshot_can_be_read(writing: Writing) -> None:
    for letter in "abcdef":
        sequence = writing.edit(letter, "ada", 0.0)
        if sequence % 2 == 0:
            writing.compact(0.0)
    assert [writing.text_at(sequence) for sequence in (5, 6, 7)] == ["abcde", "abcdef", None]


def test_the_last_edit_of_each_hour_is_kept_when_the_log_goes(writing: Writing) -> None:
    for hour, letter in enumerate("aabbccdd"):
        writing.edit(letter, letter, hour // 2 * HOUR)
    writing.compact(4 * HOUR)
    writing.edit("e", "e", 4 * HOUR)
    writing.compact(4 * HOUR)
    points = writing.store.outline("d").points
    assert [(point.sequence, point.authors) for point in points] == [
        (2, ("a",)),
        (4, ("b",)),
        (6, ("c",)),
        (8, ("d",)),
        (9, ("e",)),
    ]
    assert [writing.text_at(sequence) for sequence in (3, 4)] == [None, "aabb"]


def test_a_version_with_a_name_is_kept(writing: Writing) -> None:
    for letter in "abc":
        writing.edit(letter, "ada", 0.0)
    writing.compact(0.0, frozenset({2}))
    writing.edit("d", "ada", 0.0)
    for _ in range(3):
        writing.compact(0.0, frozenset({2}))
    assert (writing.text_at(1), writing.text_at(2)) == (None, "ab")


def test_whoever_wrote_between_points_that_go_is_still_named(writing: Writing) -> None:
    for round_, author in enumerate(["ada", "bob", "eve", "ada"]):
        writing.edit("x", author, 10.0 * round_)
        writing.compact(40.0)
    assert writing.entries == [
        HistoryEntry(
            first=1,
            last=3,
            started_at=0.0,
            ended_at=20.0,
            authors=["ada", "bob", "eve"],
            is_thinned=True,
        ),
        HistoryEntry(
            first=4, last=4, started_at=30.0, ended_at=30.0, authors=["ada"], is_thinned=False
        ),
    ]


def test_the_past_stays_within_its_bytes(writing: Writing) -> None:
    for hour in range(12):
        writing.edit("x" * 1000, "ada", hour * HOUR)
        writing.compact(hour * HOUR, max_bytes=20_000)
    points = writing.store.outline("d").points
    assert sum(point.size for point in points[:-2]) <= 20_000
    assert writing.text_at(12) == "x" * 12_000
    assert [writing.text_at(sequence) for sequence in (1, 2)] == [None, None]


def test_a_damaged_log_is_compacted_without_what_cannot_be_read(writing: Writing) -> None:
    for letter in "abcd":
        writing.edit(letter, "ada", 0.0)
    del writing.store._documents["d"].records[2]
    writing.compact(0.0, frozenset({1, 3}))
    writing.edit("e", "ada", 0.0)
    writing.compact(0.0, frozenset({1, 3}))
    assert [writing.text_at(sequence) for sequence in (1, 3, 4, 5)] == ["a", None, "abcd", "abcde"]


def test_a_pause_and_ten_minutes_begin_a_new_entry(writing: Writing) -> None:
    for time, author in [(0, "ada"), (60, "bob"), (30, "ada"), (200, "ada"), (300, "ada")]:
        writing.edit("x", author, float(time))
    for time in range(400, 1000, 100):
        writing.edit("x", "bob", float(time))
    assert [(entry.first, entry.last, entry.authors) for entry in writing.entries] == [
        (1, 3, ["ada", "bob"]),
        (4, 10, ["ada", "bob"]),
        (11, 11, ["bob"]),
    ]

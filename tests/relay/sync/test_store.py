"""The contract of every store: one suite, run against each."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from relay.sync.memory_store import MemoryStore
from relay.sync.postgres_line import MIGRATIONS as POSTGRES_MIGRATIONS
from relay.sync.sqlite_store import MIGRATIONS, SqliteStore
from relay.sync.store import (
    Append,
    Compaction,
    DocumentChanged,
    DocumentDeleted,
    EditMark,
    Outline,
    Point,
    Record,
    Store,
    Stored,
    StoreFault,
    checksum,
)
from relay.sync.stores import open_store
from tests.relay.sync.postgres import database


@pytest.fixture(scope="module")
def postgres_url() -> Iterator[str]:
    with database() as url:
        yield url


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    opened: Store = MemoryStore()
    if request.param == "sqlite":
        opened = open_store(str(tmp_path / "documents.sqlite"))
    if request.param == "postgres":
        opened = open_store(request.getfixturevalue("postgres_url"))
    yield opened
    opened.close()


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """A document of the test's own: PostgreSQL's tables are shared by the tests of this file."""
    return request.node.name


def record(name: str, sequence: int, content: bytes) -> Record:
    return Record(sequence, content, checksum(name, sequence, content))


def appends(name: str, sequences: range) -> list[Append]:
    return [
        Append(name, "e", f"edit {number}".encode(), "ada", float(number), begins=number == 1)
        for number in sequences
    ]


def fill(store: Store, name: str, sequences: range) -> list[Record]:
    """Append the edits that have these sequences; the records that should be there for them."""
    written = appends(name, sequences)
    assert list(store.append(written)) == list(sequences)
    return [
        record(name, number, append.update)
        for number, append in zip(sequences, written, strict=True)
    ]


def snapshot(name: str, sequence: int, dropped_records: int = 0, *dropped: int) -> Compaction:
    state = f"state {sequence}".encode()
    point = Point(sequence, 1.0, 2.0, ("ada",), len(state))
    return Compaction(name, [point], {sequence: state}, dropped, dropped_records)


def test_a_document_that_was_never_written_is_not_there(store: Store, name: str) -> None:
    assert store.load(name) is None


def test_what_was_appended_is_read_back_in_order(store: Store, name: str) -> None:
    first, second = fill(store, name, range(1, 4)), fill(store, name, range(4, 15))
    stored = store.load(name)
    assert stored is not None
    assert (stored.epoch, stored.snapshots, stored.records) == ("e", [], first + second)
    assert all(one.is_intact(name) for one in stored.records)


def test_relays_that_write_at_once_get_numbers_without_gaps(store: Store, name: str) -> None:
    other = f"{name} other"
    one, two = (appends(each, range(1, 3)) for each in (name, other))
    assert list(store.append([one[0], two[0], one[1], two[1]])) == [1, 1, 2, 2]
    assert list(store.append([*appends(other, range(1, 2)), *appends(name, range(1, 2))])) == [3, 3]
    assert store.heads([name, other, "nobody"]) == {name: 3, other: 3}


@pytest.mark.parametrize(("epoch", "begins"), [("another", True), ("another", False)])
def test_a_document_of_another_epoch_is_refused_with_all_beside_it(
    store: Store, name: str, epoch: str, begins: bool
) -> None:
    fill(store, name, range(1, 3))
    other = f"{name} other"
    with pytest.raises(DocumentChanged):
        store.append(
            [*appends(other, range(1, 2)), Append(name, epoch, b"b", "eve", 0.0, begins=begins)]
        )
    assert store.heads([name, other]) == {name: 2}
    fill(store, name, range(3, 4))


def test_a_document_that_is_gone_is_not_begun_in_its_middle(store: Store, name: str) -> None:
    with pytest.raises(DocumentChanged):
        store.append(appends(name, range(2, 3)))


def test_of_a_deleted_document_nothing_is_kept_but_that_it_was_deleted(
    store: Store, name: str
) -> None:
    other = f"{name} other"
    fill(store, name, range(1, 4))
    kept = fill(store, other, range(1, 2))
    store.compact(snapshot(name, 2))
    assert store.delete(name)
    for read in (store.load, lambda document_id: store.load_past(document_id, 2)):
        with pytest.raises(DocumentDeleted):
            read(name)
    outline = store.outline(name)
    assert (list(outline.points), list(outline.edits), list(store.contents(name))) == ([], [], [])
    assert store.heads([name, other]) == {other: 1}
    assert store.deleted([name, other, "nobody"]) == {name}
    found = store.load(other)
    assert found is not None
    assert found.records == kept


def test_a_deleted_document_takes_nothing_any_more(store: Store, name: str) -> None:
    fill(store, name, range(1, 3))
    assert store.delete(name)
    for write in (
        lambda: store.append(appends(name, range(1, 2))),
        lambda: store.append([Append(name, "another", b"b", "eve", 0.0, begins=True)]),
        lambda: store.compact(snapshot(name, 2)),
    ):
        with pytest.raises(DocumentDeleted):
            write()
    assert list(store.contents(name)) == []
    assert store.delete(name)


def test_a_document_that_is_not_there_is_deleted_by_its_epoch_alone(
    store: Store, name: str
) -> None:
    assert (store.delete(name), store.deleted([name])) == (False, frozenset())
    assert (store.delete(name, "e"), store.deleted([name])) == (True, {name})


def test_the_two_newest_snapshots_are_read_and_the_records_that_are_left(
    store: Store, name: str
) -> None:
    records = fill(store, name, range(1, 10))
    store.compact(snapshot(name, 2))
    store.compact(snapshot(name, 5, 2))
    store.compact(snapshot(name, 8, 5))
    stored = store.load(name)
    assert stored is not None
    assert stored.snapshots == [record(name, 8, b"state 8"), record(name, 5, b"state 5")]
    assert stored.records == records[5:]


def test_what_lies_beyond_a_sequence_is_read_alone(store: Store, name: str) -> None:
    records = fill(store, name, range(1, 6))
    store.compact(snapshot(name, 2))
    stored = store.load(name, after=3)
    assert stored is not None
    assert (stored.snapshots, stored.records) == ([], records[3:])


def test_the_past_is_read_from_the_snapshot_before_it(store: Store, name: str) -> None:
    records = fill(store, name, range(1, 8))
    for sequence in (2, 6):
        store.compact(snapshot(name, sequence))
    past, beginning = store.load_past(name, 5), store.load_past(name, 1)
    assert past is not None
    assert (past.snapshots, past.records) == ([record(name, 2, b"state 2")], records[2:5])
    assert beginning is not None
    assert (beginning.snapshots, beginning.records) == ([], records[:1])


def test_an_outline_tells_who_wrote_and_when(store: Store, name: str) -> None:
    fill(store, name, range(1, 4))
    store.compact(snapshot(name, 2, 2))
    assert store.outline(name) == Outline(
        [Point(2, 1.0, 2.0, ("ada",), len(b"state 2"))], [EditMark(3, 3.0, "ada")]
    )


def test_a_point_takes_over_the_stretch_of_one_that_goes(store: Store, name: str) -> None:
    fill(store, name, range(1, 4))
    for sequence in (2, 3):
        store.compact(snapshot(name, sequence))
    longer = Point(3, 0.5, 2.0, ("bob", "ada"), len(b"state 3"))
    store.compact(Compaction(name, [longer], {}, [2]))
    assert store.outline(name).points == [longer]
    stored = store.load(name)
    assert stored is not None
    assert stored.snapshots == [record(name, 3, b"state 3")]


def test_the_contents_are_those_of_all_that_is_kept(store: Store, name: str) -> None:
    fill(store, name, range(1, 3))
    store.compact(snapshot(name, 2, 1))
    assert sorted(store.contents(name)) == [b"edit 2", b"state 2"]


def test_what_was_written_is_there_after_closing(store: Store, name: str) -> None:
    records = fill(store, name, range(1, 3))
    store.close()
    stored = store.load(name)
    assert stored is not None
    assert stored.records == records


def test_a_checksum_knows_its_document_and_place() -> None:
    one = record("a", 1, b"x")
    assert one.is_intact("a")
    assert not one.is_intact("b")
    assert not Record(2, b"x", one.checksum).is_intact("a")
    assert not Record(1, b"y", one.checksum).is_intact("a")


def test_a_file_is_held_by_one_relay_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "documents.sqlite"
    first, second = SqliteStore(path), SqliteStore(path)
    fill(first, "d", range(1, 2))
    with pytest.raises(StoreFault, match="another relay"):
        second.load("d")
    first.close()
    assert second.load("d") is not None
    second.close()


def test_a_file_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "documents.sqlite"
    database_ = sqlite3.connect(path)
    database_.execute("PRAGMA user_version = 99")
    database_.close()
    store = SqliteStore(path)
    with pytest.raises(StoreFault, match="later version"):
        store.load("d")
    store.close()


def test_a_file_of_an_earlier_version_is_brought_up_with_all_that_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "documents.sqlite"
    earlier = sqlite3.connect(path)
    earlier.executescript(f"{MIGRATIONS[0]} PRAGMA user_version = 1;")
    for table, sequence, content in (("records", 2, b"edit"), ("snapshots", 1, b"state")):
        values = ("d", sequence, content, checksum("d", sequence, content))
        earlier.execute(f"INSERT INTO {table} VALUES (?, ?, ?, ?)", values)
    earlier.execute("INSERT INTO documents VALUES ('d', 'e', 2)")
    earlier.commit()
    earlier.close()
    store = SqliteStore(path)
    assert store.load("d") == Stored("e", [record("d", 1, b"state")], [record("d", 2, b"edit")])
    assert store.outline("d") == Outline([Point(1, 0.0, 0.0, (), 5)], [EditMark(2, 0.0, "")])
    fill(store, "d", range(3, 4))
    store.close()


def test_tables_of_an_earlier_version_are_brought_up_with_all_that_is_in_them() -> None:
    with database() as url:
        with psycopg.connect(url) as earlier:
            earlier.execute("CREATE TABLE sync_schema (version integer NOT NULL)")
            earlier.execute("INSERT INTO sync_schema VALUES (1)")
            earlier.execute(POSTGRES_MIGRATIONS[0].encode())
            earlier.execute("INSERT INTO sync_documents VALUES ('d', 'e', 1)")
            earlier.execute(
                "INSERT INTO sync_records VALUES ('d', 1, %s, %s)",
                (b"edit", checksum("d", 1, b"edit")),
            )
        store = open_store(url)
        assert store.load("d") == Stored("e", [], [record("d", 1, b"edit")])
        assert store.outline("d") == Outline([], [EditMark(1, 0.0, "")])
        fill(store, "d", range(2, 3))
        store.close()


def test_a_full_file_takes_records_again_when_there_is_space(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "documents.sqlite")
    fill(store, "d", range(1, 2))
    connection = store._file._writer
    assert connection is not None
    connection.execute("PRAGMA max_page_count = 8")
    with pytest.raises(StoreFault, match="full"):
        store.append([Append("d", "e", bytes(100_000), "ada", 0.0)])
    store.append([Append("d", "e", bytes(100_000), "ada", 0.0)])
    stored = store.load("d")
    assert stored is not None
    assert len(stored.records) == 2
    store.close()


def test_a_server_that_cannot_be_reached_is_a_fault(tmp_path: Path) -> None:
    store = open_store(f"postgresql:///test?host={tmp_path}")
    with pytest.raises(StoreFault, match="PostgreSQL"):
        store.load("d")


def test_a_connection_that_the_server_ended_is_opened_again(postgres_url: str) -> None:
    own = f"{postgres_url}&application_name=ended"
    store = open_store(own)
    fill(store, "ended", range(1, 2))
    with psycopg.connect(postgres_url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'ended'"
        )
    with pytest.raises(StoreFault):
        fill(store, "ended", range(2, 3))
    fill(store, "ended", range(2, 3))
    store.close()

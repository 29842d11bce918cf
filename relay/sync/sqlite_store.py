"""Documents in one SQLite file: in WAL mode, and synced to the disk at every commit."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from .sqlite_file import SqliteFile
from .store import (
    KEPT_SNAPSHOTS,
    Append,
    Compaction,
    DocumentChanged,
    DocumentDeleted,
    EditMark,
    Outline,
    Point,
    Record,
    Stored,
    StoreFault,
    by_document,
    checksum,
)

MIGRATIONS = (
    """
    CREATE TABLE documents (
        document_id TEXT PRIMARY KEY, epoch TEXT NOT NULL, sequence INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE records (
        document_id TEXT NOT NULL, sequence INTEGER NOT NULL, content BLOB NOT NULL,
        checksum BLOB NOT NULL, PRIMARY KEY (document_id, sequence)
    ) STRICT;
    CREATE TABLE snapshots (
        document_id TEXT NOT NULL, sequence INTEGER NOT NULL, content BLOB NOT NULL,
        checksum BLOB NOT NULL, PRIMARY KEY (document_id, sequence)
    ) STRICT;
    """,
    """
    ALTER TABLE records ADD COLUMN written_at REAL NOT NULL DEFAULT 0;
    ALTER TABLE records ADD COLUMN author TEXT NOT NULL DEFAULT '';
    ALTER TABLE snapshots ADD COLUMN started_at REAL NOT NULL DEFAULT 0;
    ALTER TABLE snapshots ADD COLUMN ended_at REAL NOT NULL DEFAULT 0;
    ALTER TABLE snapshots ADD COLUMN authors TEXT NOT NULL DEFAULT '[]';
    """,
    """
    ALTER TABLE documents ADD COLUMN is_deleted INTEGER NOT NULL DEFAULT 0;
    """,
)
"""One step for each version of the schema, from the empty file on."""

_ROWS_AT_ONCE = 500
"""A statement has at most 32,766 values."""
_ADVANCE = (
    "UPDATE documents SET sequence = sequence + column3 FROM (VALUES {news}) "
    "WHERE document_id = column1 AND epoch = column2 AND NOT is_deleted"
)
_ENDS = (
    "SELECT json_group_object(document_id, sequence) FROM documents, json_each(?) "
    "WHERE document_id = value"
)
_BEGIN = "INSERT OR IGNORE INTO documents (document_id, epoch, sequence) VALUES (?, ?, 0)"
_SELECT = "SELECT sequence, content, checksum FROM "


class SqliteStore:
    """A file that one relay holds at a time."""

    is_shared = False

    def __init__(self, path: Path) -> None:
        self._file = SqliteFile(path, MIGRATIONS)

    def append(self, appends: Sequence[Append]) -> Sequence[int]:
        # A statement for all of them, not for each: behind every one, and every row of a result,
        # this thread waits for the interpreter, which the loop's has most of the time.
        groups = by_document(appends)
        sequences = [0] * len(appends)
        rows: list[tuple[object, ...]] = []
        with self._file.writing() as database:
            ends = _advance(database, groups)
            for name, group in groups.items():
                number = ends[name] - len(group)
                for place, append in group:
                    number += 1
                    sequences[place] = number
                    rows.append(_row(append, number))
            for start in range(0, len(rows), _ROWS_AT_ONCE):
                some = rows[start : start + _ROWS_AT_ONCE]
                values = list(chain.from_iterable(some))
                database.execute(f"INSERT INTO records VALUES {_places(some)}", values)
        return sequences

    def compact(self, compaction: Compaction) -> None:
        name = compaction.document_id
        with self._file.writing() as database:
            _epoch(database, name)
            for point in compaction.points:
                stretch = (point.started_at, point.ended_at, json.dumps(point.authors))
                state = compaction.states.get(point.sequence)
                if state is None:
                    database.execute(
                        "UPDATE snapshots SET started_at = ?, ended_at = ?, authors = ? "
                        "WHERE document_id = ? AND sequence = ?",
                        (*stretch, name, point.sequence),
                    )
                else:
                    sum_ = checksum(name, point.sequence, state)
                    database.execute(
                        "INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?, ?, ?, ?)",
                        (name, point.sequence, state, sum_, *stretch),
                    )
            database.executemany(
                "DELETE FROM snapshots WHERE document_id = ? AND sequence = ?",
                [(name, number) for number in compaction.dropped_points],
            )
            database.execute(
                "DELETE FROM records WHERE document_id = ? AND sequence <= ?",
                (name, compaction.dropped_records),
            )

    def delete(self, document_id: str, epoch: str | None = None) -> bool:
        with self._file.writing() as database:
            if epoch is not None:
                database.execute(_BEGIN, (document_id, epoch))
            found = database.execute(
                "UPDATE documents SET is_deleted = 1 WHERE document_id = ?", (document_id,)
            )
            for table in ("records", "snapshots"):
                database.execute(f"DELETE FROM {table} WHERE document_id = ?", (document_id,))
        # What was deleted still stands in the log that is written ahead.
        self._file.empty_log()
        return found.rowcount == 1

    def load(self, document_id: str, after: int = 0) -> Stored | None:
        with self._opened(document_id) as (database, epoch):
            if epoch is None:
                return None
            beyond = (document_id, after)
            snapshots = database.execute(
                f"{_SELECT} snapshots WHERE document_id = ? AND sequence > ? "
                "ORDER BY sequence DESC LIMIT ?",
                (*beyond, KEPT_SNAPSHOTS),
            )
            records = database.execute(
                f"{_SELECT} records WHERE document_id = ? AND sequence > ? ORDER BY sequence",
                beyond,
            )
            return Stored(epoch, [Record(*row) for row in snapshots], [Record(*r) for r in records])

    def load_past(self, document_id: str, sequence: int) -> Stored | None:
        with self._opened(document_id) as (database, epoch):
            if epoch is None:
                return None
            rows = database.execute(
                f"{_SELECT} snapshots WHERE document_id = ? AND sequence <= ? "
                "ORDER BY sequence DESC LIMIT 1",
                (document_id, sequence),
            )
            snapshots = [Record(*row) for row in rows]
            base = snapshots[0].sequence if snapshots else 0
            records = database.execute(
                f"{_SELECT} records WHERE document_id = ? AND sequence > ? AND sequence <= ? "
                "ORDER BY sequence",
                (document_id, base, sequence),
            )
            return Stored(epoch, snapshots, [Record(*row) for row in records])

    def outline(self, document_id: str) -> Outline:
        with self._file.reading() as database:
            points = database.execute(
                "SELECT sequence, started_at, ended_at, authors, length(content) FROM snapshots "
                "WHERE document_id = ? ORDER BY sequence",
                (document_id,),
            )
            edits = database.execute(
                "SELECT sequence, written_at, author FROM records WHERE document_id = ? "
                "ORDER BY sequence",
                (document_id,),
            )
            return Outline(
                [
                    Point(number, start, end, tuple(json.loads(authors)), size)
                    for number, start, end, authors, size in points
                ],
                [EditMark(*row) for row in edits],
            )

    def contents(self, document_id: str) -> Iterable[bytes]:
        with self._file.reading() as database:
            for table in ("snapshots", "records"):
                rows = database.execute(
                    f"SELECT content FROM {table} WHERE document_id = ?", (document_id,)
                )
                yield from (content for (content,) in rows)

    def heads(self, document_ids: Collection[str]) -> dict[str, int]:
        with self._file.reading() as database:
            rows = database.execute(
                "SELECT document_id, sequence FROM documents, json_each(?) "
                "WHERE document_id = value AND NOT is_deleted",
                (json.dumps(list(document_ids)),),
            )
            return dict(rows.fetchall())

    def deleted(self, document_ids: Collection[str]) -> frozenset[str]:
        with self._file.reading() as database:
            rows = database.execute(
                "SELECT document_id FROM documents, json_each(?) "
                "WHERE document_id = value AND is_deleted",
                (json.dumps(list(document_ids)),),
            )
            return frozenset(name for (name,) in rows)

    def close(self) -> None:
        self._file.close()

    @contextmanager
    def _opened(self, document_id: str) -> Iterator[tuple[sqlite3.Connection, str | None]]:
        with self._file.reading() as database:
            yield database, _epoch(database, document_id)


def _epoch(database: sqlite3.Connection, document_id: str) -> str | None:
    """None for a document that was never written. Raises DocumentDeleted."""
    found = database.execute(
        "SELECT epoch, is_deleted FROM documents WHERE document_id = ?", (document_id,)
    ).fetchone()
    if found is None:
        return None
    if found[1]:
        raise DocumentDeleted(document_id)
    return str(found[0])


def _advance(
    database: sqlite3.Connection, groups: Mapping[str, Sequence[tuple[int, Append]]]
) -> dict[str, int]:
    """Count the appends of each document; the last sequence of each."""
    news = [(name, group[0][1].epoch, len(group)) for name, group in groups.items()]
    beginning = [
        (name, epoch) for name, epoch, _ in news if any(append.begins for _, append in groups[name])
    ]
    if beginning:
        database.executemany(_BEGIN, beginning)
    ends: dict[str, int] = {}
    for start in range(0, len(news), _ROWS_AT_ONCE):
        some = news[start : start + _ROWS_AT_ONCE]
        values = list(chain.from_iterable(some))
        found = database.execute(_ADVANCE.format(news=_places(some)), values)
        if found.rowcount < len(some):
            raise _refusal(database, some)
        (told,) = database.execute(_ENDS, (json.dumps([name for name, _, _ in some]),)).fetchall()
        ends |= json.loads(told[0])
    return ends


def _refusal(database: sqlite3.Connection, news: Iterable[tuple[str, str, int]]) -> StoreFault:
    """Why one of these documents takes nothing. Raises DocumentDeleted."""
    changed = [(name, epoch) for name, epoch, _ in news if _epoch(database, name) != epoch]
    name, epoch = changed[0]
    return DocumentChanged(f"{name} is not of epoch {epoch} any more.")


def _places(rows: Sequence[tuple[object, ...]]) -> str:
    """Places for all values of rows, as SQL writes them."""
    row = f"({', '.join('?' * len(rows[0]))})"
    return ", ".join([row] * len(rows))


def _row(append: Append, number: int) -> tuple[object, ...]:
    sum_ = checksum(append.document_id, number, append.update)
    return append.document_id, number, append.update, sum_, append.written_at, append.author

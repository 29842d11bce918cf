"""Documents in PostgreSQL: for relays that share them, or that have no disk of their own."""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import LiteralString

import psycopg

from .postgres_line import PostgresLine
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
    by_document,
    checksum,
)

_BEGIN = """
INSERT INTO sync_documents (document_id, epoch, sequence) VALUES (%s, %s, 0) ON CONFLICT DO NOTHING
"""
_ADVANCE = """
UPDATE sync_documents SET sequence = sequence + %s
WHERE document_id = %s AND epoch = %s AND NOT is_deleted RETURNING sequence
"""
_EPOCH = "SELECT epoch, is_deleted FROM sync_documents WHERE document_id = %s"
_APPEND = "INSERT INTO sync_records VALUES (%s, %s, %s, %s, %s, %s)"
_SNAPSHOT = """
INSERT INTO sync_snapshots VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (document_id, sequence)
DO UPDATE SET content = excluded.content, checksum = excluded.checksum,
    started_at = excluded.started_at, ended_at = excluded.ended_at, authors = excluded.authors
"""
_STRETCH = """
UPDATE sync_snapshots SET started_at = %s, ended_at = %s, authors = %s
WHERE document_id = %s AND sequence = %s
"""
_NEWEST_SNAPSHOTS = """
SELECT sequence, content, checksum FROM sync_snapshots
WHERE document_id = %s AND sequence BETWEEN %s AND %s ORDER BY sequence DESC LIMIT %s
"""
_RECORDS = """
SELECT sequence, content, checksum FROM sync_records
WHERE document_id = %s AND sequence BETWEEN %s AND %s ORDER BY sequence
"""
_SNAPSHOT_CONTENTS = "SELECT content FROM sync_snapshots WHERE document_id = %s"
_RECORD_CONTENTS = "SELECT content FROM sync_records WHERE document_id = %s"
_END = 2**63 - 1


class PostgresStore:
    """A connection to write and one to read."""

    is_shared = True

    def __init__(self, url: str) -> None:
        self._writer = PostgresLine(url, psycopg.IsolationLevel.READ_COMMITTED)
        # One moment for the snapshots and the records that follow them.
        self._reader = PostgresLine(url, psycopg.IsolationLevel.REPEATABLE_READ)

    def append(self, appends: Sequence[Append]) -> Sequence[int]:
        sequences = [0] * len(appends)
        rows = []
        with self._writer.transaction() as database:
            for name, group in by_document(appends).items():
                number = _advance(database, name, [append for _, append in group])
                for place, append in group:
                    sequences[place] = number
                    sum_ = checksum(name, number, append.update)
                    rows.append(
                        (name, number, append.update, sum_, append.written_at, append.author)
                    )
                    number += 1
            database.cursor().executemany(_APPEND, rows)
        return sequences

    def compact(self, compaction: Compaction) -> None:
        name = compaction.document_id
        with self._writer.transaction() as database:
            # Locked, so that it is not deleted meanwhile.
            _epoch(database, name, " FOR UPDATE")
            for point in compaction.points:
                stretch = (point.started_at, point.ended_at, json.dumps(point.authors))
                state = compaction.states.get(point.sequence)
                if state is None:
                    database.execute(_STRETCH, (*stretch, name, point.sequence))
                else:
                    sum_ = checksum(name, point.sequence, state)
                    database.execute(_SNAPSHOT, (name, point.sequence, state, sum_, *stretch))
            database.execute(
                "DELETE FROM sync_snapshots WHERE document_id = %s AND sequence = ANY(%s)",
                (name, list(compaction.dropped_points)),
            )
            database.execute(
                "DELETE FROM sync_records WHERE document_id = %s AND sequence <= %s",
                (name, compaction.dropped_records),
            )

    def delete(self, document_id: str, epoch: str | None = None) -> bool:
        with self._writer.transaction() as database:
            if epoch is not None:
                database.execute(_BEGIN, (document_id, epoch))
            found = database.execute(
                "UPDATE sync_documents SET is_deleted = true WHERE document_id = %s", (document_id,)
            )
            database.execute("DELETE FROM sync_records WHERE document_id = %s", (document_id,))
            database.execute("DELETE FROM sync_snapshots WHERE document_id = %s", (document_id,))
            return found.rowcount == 1

    def load(self, document_id: str, after: int = 0) -> Stored | None:
        with self._opened(document_id) as (database, epoch):
            if epoch is None:
                return None
            snapshots = _read(
                database, _NEWEST_SNAPSHOTS, document_id, after + 1, _END, KEPT_SNAPSHOTS
            )
            return Stored(epoch, snapshots, _read(database, _RECORDS, document_id, after + 1, _END))

    def load_past(self, document_id: str, sequence: int) -> Stored | None:
        with self._opened(document_id) as (database, epoch):
            if epoch is None:
                return None
            snapshots = _read(database, _NEWEST_SNAPSHOTS, document_id, 1, sequence, 1)
            base = snapshots[0].sequence if snapshots else 0
            return Stored(
                epoch, snapshots, _read(database, _RECORDS, document_id, base + 1, sequence)
            )

    def outline(self, document_id: str) -> Outline:
        with self._reader.transaction() as database:
            points = database.execute(
                "SELECT sequence, started_at, ended_at, authors, length(content) "
                "FROM sync_snapshots WHERE document_id = %s ORDER BY sequence",
                (document_id,),
            ).fetchall()
            edits = database.execute(
                "SELECT sequence, written_at, author FROM sync_records WHERE document_id = %s "
                "ORDER BY sequence",
                (document_id,),
            ).fetchall()
            return Outline(
                [
                    Point(number, start, end, tuple(json.loads(authors)), size)
                    for number, start, end, authors, size in points
                ],
                [EditMark(*row) for row in edits],
            )

    def contents(self, document_id: str) -> Iterable[bytes]:
        with self._reader.transaction() as database:
            for select in (_SNAPSHOT_CONTENTS, _RECORD_CONTENTS):
                for (content,) in database.cursor().stream(select, (document_id,)):
                    yield content

    def heads(self, document_ids: Collection[str]) -> dict[str, int]:
        with self._reader.transaction() as database:
            rows = database.execute(
                "SELECT document_id, sequence FROM sync_documents "
                "WHERE document_id = ANY(%s) AND NOT is_deleted",
                (list(document_ids),),
            )
            return dict(rows.fetchall())

    def deleted(self, document_ids: Collection[str]) -> frozenset[str]:
        with self._reader.transaction() as database:
            rows = database.execute(
                "SELECT document_id FROM sync_documents WHERE document_id = ANY(%s) AND is_deleted",
                (list(document_ids),),
            )
            return frozenset(name for (name,) in rows.fetchall())

    def close(self) -> None:
        self._writer.close()
        self._reader.close()

    @contextmanager
    def _opened(self, document_id: str) -> Iterator[tuple[psycopg.Connection, str | None]]:
        with self._reader.transaction() as database:
            yield database, _epoch(database, document_id)


def _epoch(database: psycopg.Connection, document_id: str, lock: LiteralString = "") -> str | None:
    """None for a document that was never written. Raises DocumentDeleted."""
    found = database.execute(_EPOCH + lock, (document_id,)).fetchone()
    if found is None:
        return None
    if found[1]:
        raise DocumentDeleted(document_id)
    return str(found[0])


def _read(database: psycopg.Connection, select: LiteralString, *values: str | int) -> list[Record]:
    return [Record(*row) for row in database.execute(select, values).fetchall()]


def _advance(database: psycopg.Connection, name: str, appends: Sequence[Append]) -> int:
    """The first of as many sequences as there are appends; locks the document until the end."""
    epoch = appends[0].epoch
    if any(append.begins for append in appends):
        database.execute(_BEGIN, (name, epoch))
    found = database.execute(_ADVANCE, (len(appends), name, epoch)).fetchone()
    if found is None:
        _epoch(database, name)
        raise DocumentChanged(f"{name} is not of epoch {epoch} any more.")
    return int(found[0]) - len(appends) + 1

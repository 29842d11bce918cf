"""The audit records in a SQLite file that takes no update and no delete."""

import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from relay.errors import RelayError

from .record import FIRST, AuditEvent, AuditRecord, Broken, verify

_SCHEMA = """
CREATE TABLE IF NOT EXISTS records (
    sequence INTEGER PRIMARY KEY, time TEXT NOT NULL, actor TEXT NOT NULL,
    on_behalf_of TEXT NOT NULL, action TEXT NOT NULL, object TEXT NOT NULL, result TEXT NOT NULL,
    details TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL
) STRICT;
CREATE TRIGGER IF NOT EXISTS no_update BEFORE UPDATE ON records
    BEGIN SELECT RAISE(ABORT, 'an audit record is never changed'); END;
CREATE TRIGGER IF NOT EXISTS no_delete BEFORE DELETE ON records
    BEGIN SELECT RAISE(ABORT, 'an audit record is never removed'); END;
"""
_BATCH = 1000
"""Records read at a time: a long log is never held whole."""
_COLUMNS = "sequence, time, actor, on_behalf_of, action, object, result, details, previous, hash"


class AuditFault(RelayError):
    """A record could not be kept; what it is about must not succeed."""

    code = "unavailable"


class AuditLog:
    """Appends records and reads them back; safe to call from any thread and from two processes.

    Text is passed through `mask`, so that no record repeats a secret.
    """

    def __init__(
        self,
        path: Path,
        mask: Callable[[str], str] = lambda text: text,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._path = path
        self._mask = mask
        self._clock = clock
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def append(self, event: AuditEvent) -> AuditRecord:
        """Keep an event; it is on disk when this returns. Raises AuditFault."""
        try:
            with self._lock, self._opened() as database:
                # Takes the lock before it looks, so that two processes never see the same end.
                database.execute("BEGIN IMMEDIATE")
                last = database.execute(
                    "SELECT sequence, hash FROM records ORDER BY sequence DESC LIMIT 1"
                ).fetchone()
                record = self._record(event, *(last or (0, FIRST)))
                database.execute(
                    f"INSERT INTO records ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    _row(record),
                )
                return record
        except (sqlite3.Error, OSError) as error:
            raise AuditFault(
                f"The audit record could not be written: {error}.",
                hint="Nothing that must be audited is done before it can be.",
            ) from error

    def records(self, after: int = 0) -> Iterator[AuditRecord]:
        """The records from the oldest on, those with a greater sequence than `after`.

        Raises AuditFault.
        """
        while batch := self._read("sequence > ? ORDER BY sequence", [after], _BATCH):
            yield from batch
            after = batch[-1].sequence

    def newest(
        self, limit: int, *, before: int | None = None, object: str = "", actor: str = ""
    ) -> list[AuditRecord]:
        """The newest first; of one object or one actor, when named. Raises AuditFault."""
        chosen = {"sequence < ?": before, "object = ?": object or None, "actor = ?": actor or None}
        given = {where: value for where, value in chosen.items() if value is not None}
        where = " AND ".join(["true", *given])
        return self._read(f"{where} ORDER BY sequence DESC", [*given.values()], limit)

    def verify(self, newest: str | None = None) -> Broken | None:
        """The first place where the chain is broken, or None."""
        return verify(self.records(), newest=newest)

    def _read(self, rest: str, values: list[object], limit: int) -> list[AuditRecord]:
        select = f"SELECT {_COLUMNS} FROM records WHERE {rest} LIMIT ?"
        try:
            with self._lock, self._opened() as database:
                rows = database.execute(select, [*values, limit]).fetchall()
        except (sqlite3.Error, OSError) as error:
            raise AuditFault(f"The audit log cannot be read: {error}.") from error
        return [_record_of(row) for row in rows]

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            database = sqlite3.connect(
                self._path, isolation_level=None, check_same_thread=False, timeout=5
            )
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = FULL")
            database.executescript(_SCHEMA)
            self._connection = database
        return self._connection

    def _record(self, event: AuditEvent, sequence: int, previous: str) -> AuditRecord:
        details = {
            name: self._mask(value) if isinstance(value, str) else value
            for name, value in event.details.items()
        }
        time = self._clock().isoformat(timespec="milliseconds")
        record = AuditRecord(
            actor=self._mask(event.actor),
            on_behalf_of=self._mask(event.on_behalf_of),
            action=event.action,
            object=self._mask(event.object),
            result=self._mask(event.result),
            details=details,
            sequence=sequence + 1,
            time=time,
            previous=previous,
        )
        return replace(record, hash=record.computed_hash())


def _row(record: AuditRecord) -> tuple[object, ...]:
    details = json.dumps(record.details, sort_keys=True, ensure_ascii=False)
    return (
        record.sequence,
        record.time,
        record.actor,
        record.on_behalf_of,
        record.action,
        record.object,
        record.result,
        details,
        record.previous,
        record.hash,
    )


def _record_of(row: tuple[Any, ...]) -> AuditRecord:
    fields = dict(zip(_COLUMNS.split(", "), row, strict=True))
    return AuditRecord(**{**fields, "details": json.loads(fields["details"])})

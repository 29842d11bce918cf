"""What the owners of shared notebooks chose of what the operator offers: hosts, connections,
storages."""

import asyncio
import json
import os
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from relay.audit import AuditEvent, AuditLog
from relay.auth.actor import Actor
from relay.errors import BadRequest, Unavailable

Kind = Literal["hosts", "connections", "storages"]
_ACTIONS: dict[Kind, str] = {
    "hosts": "gateway hosts chosen",
    "connections": "connections chosen",
    "storages": "storages chosen",
}


class Chosen:
    """The choices of one kind, in a SQLite file. Every method raises Unavailable: without the
    file nobody knows what the owners ruled out."""

    def __init__(self, path: Path, kind: Kind, audit: AuditLog) -> None:
        self._path = path
        self._kind = kind
        self._audit = audit

    async def of(self, document_id: str) -> list[str] | None:
        """None when its owners left it open."""
        return await asyncio.to_thread(self._read, document_id)

    async def allows(self, document_id: str | None, name: str, *, otherwise: bool) -> bool:
        """Whether a notebook may use it: `otherwise` where its owners left it open. In no shared
        notebook's name, everything may be used."""
        if document_id is None:
            return True
        chosen = await self.of(document_id)
        return otherwise if chosen is None else name in chosen

    async def choose(
        self,
        actor: Actor,
        document_id: str,
        names: Sequence[str] | None,
        offered: Collection[str],
        hint: str,
    ) -> None:
        """Raises BadRequest, with the hint, for what is not offered to the actor. What another
        owner chose may stay."""
        known = {*offered, *(await self.of(document_id) or ())}
        unknown = sorted(set(names or ()) - known)
        if unknown:
            raise BadRequest(
                f"Expected {self._kind} that are offered, got {', '.join(unknown)[:200]}.", hint
            )
        chosen = None if names is None else sorted(set(names))
        await asyncio.to_thread(self._write, document_id, chosen)
        event = AuditEvent(
            actor=actor.id,
            action=_ACTIONS[self._kind],
            object=document_id,
            result="ok",
            details={self._kind: None if chosen is None else ", ".join(chosen)},
        )
        await asyncio.to_thread(self._audit.append, event)

    def _read(self, document_id: str) -> list[str] | None:
        if not self._path.exists():
            return None
        with self._database() as database:
            row = database.execute(
                f"SELECT {self._kind} FROM chosen WHERE document_id = ?", (document_id,)
            ).fetchone()
        return None if row is None else list(json.loads(row[0]))

    def _write(self, document_id: str, chosen: list[str] | None) -> None:
        with self._database() as database:
            if chosen is None:
                database.execute("DELETE FROM chosen WHERE document_id = ?", (document_id,))
            else:
                database.execute(
                    "INSERT OR REPLACE INTO chosen VALUES (?, ?)",
                    (document_id, json.dumps(chosen)),
                )

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            database = sqlite3.connect(self._path, timeout=5)
            try:
                database.execute(
                    "CREATE TABLE IF NOT EXISTS chosen "
                    f"(document_id TEXT PRIMARY KEY, {self._kind} TEXT NOT NULL) STRICT"
                )
                with database:
                    yield database
            finally:
                database.close()
        except (sqlite3.Error, OSError) as error:
            raise Unavailable(
                f"What {self._kind} notebooks may use cannot be read: {error}."
            ) from error

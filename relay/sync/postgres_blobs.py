"""Blobs in PostgreSQL, for relays that share documents."""

from collections.abc import Collection, Sequence
from threading import Lock

import psycopg

from .blobs import Blob
from .postgres_line import PostgresLine

_PUT = """
INSERT INTO sync_blobs VALUES (%s, %s, %s, %s) ON CONFLICT (document_id, sha256)
DO UPDATE SET content = excluded.content, put_at = excluded.put_at
"""


class PostgresBlobs:
    """On a connection of its own, so that edits need not wait for a large blob."""

    def __init__(self, url: str) -> None:
        self._line = PostgresLine(url, psycopg.IsolationLevel.READ_COMMITTED)
        self._lock = Lock()

    def put(self, document_id: str, sha256: str, content: bytes, now: float) -> None:
        with self._lock, self._line.transaction() as database:
            database.execute(_PUT, (document_id, sha256, content, now))

    def get(self, document_id: str, sha256: str) -> bytes | None:
        with self._lock, self._line.transaction() as database:
            found = database.execute(
                "SELECT content FROM sync_blobs WHERE document_id = %s AND sha256 = %s",
                (document_id, sha256),
            ).fetchone()
            return None if found is None else bytes(found[0])

    def blobs(self, document_id: str) -> Sequence[Blob]:
        with self._lock, self._line.transaction() as database:
            rows = database.execute(
                "SELECT sha256, length(content), put_at FROM sync_blobs WHERE document_id = %s",
                (document_id,),
            )
            return [Blob(*row) for row in rows.fetchall()]

    def drop(self, document_id: str, hashes: Collection[str], put_before: float) -> None:
        with self._lock, self._line.transaction() as database:
            database.execute(
                "DELETE FROM sync_blobs WHERE document_id = %s AND sha256 = ANY(%s) "
                "AND put_at < %s",
                (document_id, list(hashes), put_before),
            )

    def forget(self, document_id: str) -> None:
        with self._lock, self._line.transaction() as database:
            database.execute("DELETE FROM sync_blobs WHERE document_id = %s", (document_id,))

    def close(self) -> None:
        with self._lock:
            self._line.close()

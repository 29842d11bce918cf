"""What a store keeps of each document: an append-only log, and snapshots of it."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

KEPT_SNAPSHOTS = 2
"""Should the newest be damaged, the one before and the records after it still tell everything."""


class StoreFault(Exception):
    """The store could not do it. Whether an append is on disk after all, only `load` tells."""


class DocumentChanged(StoreFault):
    """The document is of another epoch than its writer believes, or it is gone."""


class DocumentDeleted(DocumentChanged):
    """The document was deleted; its id is never used again."""

    def __init__(self, document_id: str) -> None:
        super().__init__(f"The document {document_id} was deleted.")
        self.document_id = document_id


@dataclass(frozen=True, slots=True)
class Append:
    """One record to write; the store numbers it, because several relays may write at once."""

    document_id: str
    epoch: str
    update: bytes
    author: str
    """A user id."""
    written_at: float
    """Seconds since 1970."""
    begins: bool = False
    """Whether the document is to be made if it is not there."""


@dataclass(frozen=True, slots=True)
class Record:
    """An update, or a snapshot of everything up to its sequence."""

    sequence: int
    content: bytes
    checksum: bytes

    def is_intact(self, document_id: str) -> bool:
        return self.checksum == checksum(document_id, self.sequence, self.content)


@dataclass(frozen=True, slots=True)
class Stored:
    """A document as it was read: snapshots, the newest first; records in their order."""

    epoch: str
    snapshots: Sequence[Record]
    records: Sequence[Record]


@dataclass(frozen=True, slots=True)
class EditMark:
    """A record without its content. Time 0 and no author: from before they were kept."""

    sequence: int
    written_at: float
    author: str


@dataclass(frozen=True, slots=True)
class Point:
    """A snapshot without its content: the end of the stretch of edits since the one before."""

    sequence: int
    started_at: float
    ended_at: float
    authors: tuple[str, ...]
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Outline:
    """Everything that is kept of a document but its contents, in the order of sequences."""

    points: Sequence[Point] = ()
    edits: Sequence[EditMark] = ()


@dataclass(frozen=True, slots=True)
class Compaction:
    """A change to what is kept of a document's past; its present stays as it is."""

    document_id: str
    points: Sequence[Point]
    """New, or with a longer stretch than before."""
    states: Mapping[int, bytes]
    """The contents of the new ones."""
    dropped_points: Sequence[int] = field(default=())
    dropped_records: int = 0
    """Up to this sequence, with it."""


class Store(Protocol):
    """Called from threads: one that writes (append, compact), one that reads (all others).

    Every method raises StoreFault.
    """

    is_shared: bool
    """Whether other relays may write to it too."""

    def append(self, appends: Sequence[Append]) -> Sequence[int]:
        """All of them or none; their sequences, once they are on disk.

        A document's sequences have no gaps, also where several relays write. Raises
        DocumentChanged.
        """

    def compact(self, compaction: Compaction) -> None:
        """All of it or nothing. Raises DocumentDeleted."""

    def delete(self, document_id: str, epoch: str | None = None) -> bool:
        """Let go of everything but the id, with which no document can begin any more.

        False when there is no such document; one that nobody has written is there by its `epoch`.
        """

    def load(self, document_id: str, after: int = 0) -> Stored | None:
        """The KEPT_SNAPSHOTS newest and the records, those beyond `after`; None for a document
        that was never written. Raises DocumentDeleted."""

    def load_past(self, document_id: str, sequence: int) -> Stored | None:
        """The newest snapshot up to `sequence` and the records from there to it. Raises
        DocumentDeleted."""

    def outline(self, document_id: str) -> Outline:
        """What is kept; empty for a document that was never written."""

    def contents(self, document_id: str) -> Iterable[bytes]:
        """Of every snapshot and record, to be read at once."""

    def heads(self, document_ids: Collection[str]) -> dict[str, int]:
        """The newest sequence of each of these documents that was written, and not deleted."""

    def deleted(self, document_ids: Collection[str]) -> frozenset[str]:
        """Those of them that were deleted."""

    def close(self) -> None:
        """Let go of files and connections; a later call opens them again."""


def checksum(document_id: str, sequence: int, content: bytes) -> bytes:
    """Eight bytes that tell a record from a damaged one, or from another document's."""
    digest = hashlib.blake2b(f"{document_id}/{sequence}/".encode(), digest_size=8)
    digest.update(content)
    return digest.digest()


def by_document(appends: Sequence[Append]) -> dict[str, list[tuple[int, Append]]]:
    """Each document's appends with their places, the documents in the order of their ids: writers
    that lock them in one order never wait for each other in a circle."""
    grouped: dict[str, list[tuple[int, Append]]] = {}
    for place, append in enumerate(appends):
        grouped.setdefault(append.document_id, []).append((place, append))
    return dict(sorted(grouped.items()))

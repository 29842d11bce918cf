"""The store without a disk: what it holds lives as long as the object."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from threading import RLock

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


@dataclass
class _Document:
    epoch: str
    sequence: int = 0
    records: dict[int, tuple[Record, EditMark]] = field(default_factory=dict)
    points: dict[int, tuple[Record, Point]] = field(default_factory=dict)


class MemoryStore:
    """May be shared by several relays of one process."""

    def __init__(self, is_shared: bool = False) -> None:
        self.is_shared = is_shared
        self._documents: dict[str, _Document] = {}
        self._deleted: set[str] = set()
        self._lock = RLock()

    def append(self, appends: Sequence[Append]) -> Sequence[int]:
        sequences = [0] * len(appends)
        with self._lock:
            for name, group in by_document(appends).items():
                self._must_be(name)
                found = self._documents.get(name)
                begins = found is None and any(append.begins for _, append in group)
                if not begins and (found is None or found.epoch != group[0][1].epoch):
                    raise DocumentChanged(name)
            for name, group in by_document(appends).items():
                document = self._documents.setdefault(name, _Document(group[0][1].epoch))
                for place, append in group:
                    document.sequence += 1
                    sequences[place] = number = document.sequence
                    record = Record(number, append.update, checksum(name, number, append.update))
                    mark = EditMark(number, append.written_at, append.author)
                    document.records[number] = record, mark
        return sequences

    def compact(self, compaction: Compaction) -> None:
        name = compaction.document_id
        with self._lock:
            self._must_be(name)
            document = self._documents[name]
            for point in compaction.points:
                number = point.sequence
                state = compaction.states.get(number)
                if state is not None:
                    record = Record(number, state, checksum(name, number, state))
                    document.points[number] = record, point
                elif number in document.points:
                    document.points[number] = document.points[number][0], point
            for number in compaction.dropped_points:
                document.points.pop(number, None)
            for number in list(document.records):
                if number <= compaction.dropped_records:
                    del document.records[number]

    def delete(self, document_id: str, epoch: str | None = None) -> bool:
        with self._lock:
            if self._documents.pop(document_id, None) is not None or epoch is not None:
                self._deleted.add(document_id)
            return document_id in self._deleted

    def load(self, document_id: str, after: int = 0) -> Stored | None:
        with self._lock:
            self._must_be(document_id)
            document = self._documents.get(document_id)
            if document is None:
                return None
            newest = sorted(number for number in document.points if number > after)
            return Stored(
                document.epoch,
                [document.points[number][0] for number in newest[: -KEPT_SNAPSHOTS - 1 : -1]],
                [record for number, (record, _) in document.records.items() if number > after],
            )

    def load_past(self, document_id: str, sequence: int) -> Stored | None:
        with self._lock:
            self._must_be(document_id)
            document = self._documents.get(document_id)
            if document is None:
                return None
            base = max((number for number in document.points if number <= sequence), default=0)
            records = [
                record
                for number, (record, _) in document.records.items()
                if base < number <= sequence
            ]
            return Stored(document.epoch, [document.points[base][0]] if base else [], records)

    def outline(self, document_id: str) -> Outline:
        with self._lock:
            document = self._documents.get(document_id)
            if document is None:
                return Outline()
            points = [document.points[number][1] for number in sorted(document.points)]
            return Outline(points, [mark for _, mark in document.records.values()])

    def contents(self, document_id: str) -> Iterable[bytes]:
        with self._lock:
            document = self._documents.get(document_id)
            if document is None:
                return []
            kept = [*document.points.values(), *document.records.values()]
            return [record.content for record, _ in kept]

    def heads(self, document_ids: Collection[str]) -> dict[str, int]:
        with self._lock:
            return {
                name: self._documents[name].sequence
                for name in document_ids
                if name in self._documents
            }

    def deleted(self, document_ids: Collection[str]) -> frozenset[str]:
        with self._lock:
            return frozenset(self._deleted.intersection(document_ids))

    def close(self) -> None:
        """Nothing is held open."""

    def _must_be(self, document_id: str) -> None:
        if document_id in self._deleted:
            raise DocumentDeleted(document_id)

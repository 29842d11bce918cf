"""Write a snapshot of a document, and thin what is kept of its past."""

from collections.abc import Iterable
from dataclasses import dataclass

from .past import states_at
from .retention import beyond_bytes, thinned
from .store import KEPT_SNAPSHOTS, Compaction, Outline, Point, Store

SNAPSHOT_RECORDS = 1000
SNAPSHOT_BYTES = 4 * 1024 * 1024
"""A snapshot is written once the log since the last one has so many records or bytes."""


@dataclass(slots=True)
class LogSize:
    """Of the log since the newest snapshot."""

    records: int = 0
    bytes: int = 0

    def grow(self, size: int) -> None:
        self.records += 1
        self.bytes += size

    @property
    def is_long(self) -> bool:
        return self.records >= SNAPSHOT_RECORDS or self.bytes >= SNAPSHOT_BYTES


@dataclass(frozen=True, slots=True)
class Due:
    """A room's wish: its document as it is at `sequence`, and the points that have a name."""

    document_id: str
    sequence: int
    state: bytes
    now: float
    named: frozenset[int] = frozenset()


def plan(store: Store, due: Due, max_history_bytes: int) -> Compaction:
    """What to write and what to drop. Reads the log that goes; raises StoreFault."""
    outline = store.outline(due.document_id)
    sizes = {point.sequence: point.size for point in outline.points}
    sizes[due.sequence] = len(due.state)
    states = {due.sequence: due.state}
    dropped_records = 0
    if len(sizes) >= KEPT_SNAPSHOTS:
        recent = sorted(sizes)[-KEPT_SNAPSHOTS:]
        dropped_records = recent[0]
        times = {point.sequence: point.ended_at for point in outline.points}
        times |= {edit.sequence: edit.written_at for edit in outline.edits}
        past = [(number, times[number]) for number in sorted(times) if number <= dropped_records]
        chosen = thinned(past, due.named, due.now)
        states |= states_at(store, due.document_id, sorted(chosen - sizes.keys()))
        sizes |= {number: len(state) for number, state in states.items()}
        kept = {n: size for n, size in sizes.items() if n in chosen and n not in recent}
        gone = beyond_bytes(kept, due.named, max_history_bytes)
        sizes = {n: size for n, size in sizes.items() if n in recent or n in chosen - gone}
    points = _points(sizes, outline, due.now)
    return Compaction(
        due.document_id,
        [point for point in points if point not in outline.points],
        {number: state for number, state in states.items() if number in sizes},
        [point.sequence for point in outline.points if point.sequence not in sizes],
        dropped_records,
    )


def reopened(document_id: str, sequence: int, state: bytes, now: float) -> Compaction:
    """From here on a document that was damaged is read; what was before remains as it is."""
    return Compaction(document_id, [Point(sequence, now, now, (), len(state))], {sequence: state})


def _points(sizes: dict[int, int], outline: Outline, now: float) -> list[Point]:
    """Points at these sequences: each tells who wrote since the one before it, and when."""
    first_edit = outline.edits[0].sequence if outline.edits else max(sizes) + 1
    stretches = [
        (point.sequence, point.started_at, point.ended_at, point.authors)
        for point in outline.points
        if point.sequence < first_edit
    ]
    stretches += [(e.sequence, e.written_at, e.written_at, (e.author,)) for e in outline.edits]
    points = []
    start = 0
    for sequence, size in sorted(sizes.items()):
        within = [each for each in stretches if start < each[0] <= sequence]
        authors = _once(author for each in within for author in each[3])
        times = (within[0][1], within[-1][2]) if within else (now, now)
        points.append(Point(sequence, *times, authors, size))
        start = sequence
    return points


def _once(authors: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(author for author in authors if author))

"""A document as the store has it, made into a replica; or what of a damaged one is still good."""

from dataclasses import dataclass

from .errors import Malformed, Quarantined
from .replica import MAX_STORED_ELEMENTS, Replica
from .store import DocumentChanged, Record, Stored


@dataclass(frozen=True, slots=True)
class Opened:
    replica: Replica
    epoch: str
    sequence: int
    log_records: int
    """Since the newest snapshot, with `log_bytes`: when to write another."""
    log_bytes: int


def open_document(document_id: str, stored: Stored | None, new_epoch: str) -> Opened:
    """The document, `new_epoch` being for one that was never written. Raises Quarantined."""
    if stored is None:
        return Opened(Replica(), new_epoch, 0, 0, 0)
    replica = Replica()
    damaged: list[int] = []
    sequence = 0
    for snapshot in stored.snapshots:
        if take(replica, document_id, snapshot):
            sequence = snapshot.sequence
            break
    log = [record for record in stored.records if record.sequence > sequence]
    for record in log:
        sequence += 1
        if record.sequence != sequence:
            damaged.append(sequence)
            sequence = record.sequence
        if not take(replica, document_id, record):
            damaged.append(record.sequence)
    newest = max((snapshot.sequence for snapshot in stored.snapshots), default=0)
    if newest > sequence:
        damaged.append(newest)
    if damaged:
        end = max(sequence, newest)
        message = f"Document {document_id} is damaged at sequence {damaged[0]} of {end}."
        raise Quarantined(message, replica.state(), end)
    replica.state()  # made here, on the reading thread, and kept for those who join
    return Opened(replica, stored.epoch, sequence, len(log), sum(len(r.content) for r in log))


def missed(document_id: str, epoch: str, sequence: int, stored: Stored | None) -> list[Record]:
    """What follows `sequence` in a log that was read from there: records, behind a snapshot where
    those before it are gone. Raises DocumentChanged, and Quarantined for what is damaged."""
    if stored is None or stored.epoch != epoch:
        raise DocumentChanged(f"{document_id} is not of epoch {epoch} any more.")
    follows = list(stored.records)
    if stored.snapshots and (not follows or follows[0].sequence != sequence + 1):
        newest = stored.snapshots[0]
        follows = [newest, *(one for one in follows if one.sequence > newest.sequence)]
        sequence = newest.sequence - 1
    for number, record in enumerate(follows, sequence + 1):
        if record.sequence != number or not record.is_intact(document_id):
            raise Quarantined(f"Document {document_id} is damaged at sequence {number}.", b"", 0)
    return follows


def take(replica: Replica, document_id: str, record: Record) -> bool:
    """Whether the record is whole, and could be applied."""
    if not record.is_intact(document_id):
        return False
    try:
        offered = replica.offer(record.content, MAX_STORED_ELEMENTS)
    except Malformed:
        return False
    if offered.new is not None:
        replica.keep()
    return offered.complete

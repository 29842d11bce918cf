"""A document as it was: read from the snapshot before a point, and the log up to it."""

from collections.abc import Collection

from .opening import take
from .replica import Replica
from .store import Store, Stored


def states_at(store: Store, document_id: str, sequences: Collection[int]) -> dict[int, bytes]:
    """The document after each of these edits as one update, where that point is kept and whole.

    Raises StoreFault.
    """
    states: dict[int, bytes] = {}
    wanted = sorted(sequences)
    while wanted:
        stored = store.load_past(document_id, wanted[-1])
        if stored is None:
            break
        base = stored.snapshots[0].sequence if stored.snapshots else 0
        states |= _replayed(document_id, stored, {n for n in wanted if n >= base})
        wanted = [number for number in wanted if number < base]
    return states


def _replayed(document_id: str, stored: Stored, wanted: Collection[int]) -> dict[int, bytes]:
    replica = Replica()
    states: dict[int, bytes] = {}
    position = stored.snapshots[0].sequence - 1 if stored.snapshots else 0
    for record in [*stored.snapshots, *stored.records]:
        position += 1
        if record.sequence != position or not take(replica, document_id, record):
            break
        if position in wanted:
            states[position] = replica.state()
    return states

"""One audit record and the chain that shows when one was changed, removed or put in between."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

FIRST = "0" * 64
"""In place of a hash before the first record."""

Detail = str | int | float | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """Who did what to what, on whose behalf, and how it ended."""

    actor: str
    action: str
    object: str
    result: str
    on_behalf_of: str = ""
    details: dict[str, Detail] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord(AuditEvent):
    """An event with its place; `hash` covers everything else, `previous` among it."""

    sequence: int
    time: str
    """UTC, ISO 8601."""
    previous: str
    hash: str = ""

    def computed_hash(self) -> str:
        fields = {name: value for name, value in asdict(self).items() if name != "hash"}
        text = json.dumps(fields, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Broken:
    """Where a chain does not hold, and why."""

    sequence: int
    reason: str


def verify(records: Iterable[AuditRecord], *, newest: str | None = None) -> Broken | None:
    """The first place where the chain is broken, or None.

    `newest` is a hash that was noted elsewhere: without one, records cut off the end go unseen.
    """
    previous, sequence, seen = FIRST, 0, newest in (None, FIRST)
    for record in records:
        sequence += 1
        if record.sequence != sequence:
            return Broken(sequence, f"record {sequence} is missing")
        if record.previous != previous:
            return Broken(sequence, "it does not follow the record before it")
        if record.computed_hash() != record.hash:
            return Broken(sequence, "it was changed")
        previous = record.hash
        seen = seen or record.hash == newest
    return None if seen else Broken(sequence + 1, "the newest known record is missing")

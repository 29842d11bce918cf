"""Audit lines: who did what to whose access. They carry ids, never a password, token or cookie."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

import structlog

from .record import AuditEvent

_log = structlog.stdlib.get_logger("relay.audit")

Event = Literal[
    "signed in",
    "sign-in refused",
    "signed out",
    "signed out everywhere",
    "denied",
    "document claimed",
    "document deleted",
    "role given",
    "role taken",
    "link made",
    "link revoked",
    "link redeemed",
    "link refused",
    "token made",
    "token revoked",
]


_REFUSALS: frozenset[Event] = frozenset({"sign-in refused", "denied", "link refused"})
_records: list[Callable[[AuditEvent], None]] = []


def audit(event: Event, *, actor: str, address: str = "", **details: str | float | None) -> None:
    """One line, at info, and one record wherever records are kept: `actor` and `details` are ids,
    roles and names of ours."""
    _log.info(event, actor=actor, address=address, **details)
    happened = AuditEvent(
        actor=actor,
        action=event,
        object=str(details.get("document_id") or ""),
        result="refused" if event in _REFUSALS else "ok",
        details={"address": address, **details},
    )
    for record in _records:
        record(happened)


@contextmanager
def recording(record: Callable[[AuditEvent], None]) -> Iterator[None]:
    """While open, `record` is called for every line; it must return at once."""
    _records.append(record)
    try:
        yield
    finally:
        _records.remove(record)

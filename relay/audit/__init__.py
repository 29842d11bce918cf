"""What was done with a credential, by whom: append-only, each record chained to the one before."""

from .lines import Event, audit
from .log import AuditFault, AuditLog
from .record import AuditEvent, AuditRecord, Broken, verify
from .recorder import keeping_lines

__all__ = [
    "AuditEvent",
    "AuditFault",
    "AuditLog",
    "AuditRecord",
    "Broken",
    "Event",
    "audit",
    "keeping_lines",
    "verify",
]
